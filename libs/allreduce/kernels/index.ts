export { addF32Hashed, hash } from './hash';
export { addF32, addF32Twice, addI32, maxF32, maxI32, minF32, minI32, scaleF32, subF32 } from './numbers';
export { decodeBf16, decodeF16, encodeBf16, encodeF16 } from './halves';
export { dequantizeBlock, quantizeBlock } from './int8';

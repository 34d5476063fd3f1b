/**
 * The one TensorFlow.js instance of the process: everybody imports `tf` from `@ovis/tensorflow`, so that kernels, gradients
 * and the backend registered by `initEngine` are the ones that run.
 */
export * as tf from '@tensorflow/tfjs';

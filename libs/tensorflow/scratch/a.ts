import { tf, initEngine, compile, tensorView } from '../src/index.ts';
console.log(await initEngine());
const a = tf.tensor2d([[1,2],[3,4]]);
const w = tf.variable(tf.tensor2d([[1,0],[0,2]]), true, 'w');
console.log(a.matMul(w).arraySync());
const g = tf.grad((x: tf.Tensor)=>tf.sum(tf.mul(tf.softmax(tf.matMul(x as tf.Tensor2D,w)), a)))(a);
console.log(g.arraySync());
for (const mode of ['graph','xla'] as const) {
const f = compile((x: tf.Tensor2D, o: {s: number}) => {
  const {value, grads} = tf.variableGrads(()=>tf.sum(tf.mul(tf.softmax(tf.matMul(x,w)), x)) as tf.Scalar, [w]);
  w.assign(w.sub(grads['w']!.mul(o.s)) as tf.Tensor2D);
  return {loss: value, g: grads, ww: [w.add(0)]};
}, {mode});
const r = await f(a,{s:0.1});
console.log(mode, r.loss.arraySync(), r.g['w']!.arraySync(), r.ww[0]!.arraySync(), w.arraySync(), f.stats(), tensorView(r.g['w']!));
const e = tf.variableGrads(()=>tf.sum(tf.mul(tf.softmax(tf.matMul(a,w)), a)) as tf.Scalar,[w]); console.log(e.value.arraySync(), e.grads['w']!.arraySync());
await Promise.all([f(a,{s:0.1}),f(a,{s:0.1})]).then(([x,y])=>console.log(x.loss.arraySync(),y.loss.arraySync()));
}
const bad = compile(function step(x: tf.Tensor){ const y = tf.matMul(x as tf.Tensor2D,w); return tf.scalar(y.sum().dataSync()[0]!); });
await bad(a).catch(e=>console.log(e.code, e.message));
const bad2 = compile(function step(x: tf.Tensor){ return tf.gather(x, tf.tensor1d([5],'int32')); });
await bad2(a).catch(e=>console.log(e.code, e.message));
try { tf.engine().runKernel('BatchMatMul', {a: tf.ones([2,3]), b: tf.ones([2,3])},{transposeA:false,transposeB:false}) } catch(e) {console.log((e as Error).message)}

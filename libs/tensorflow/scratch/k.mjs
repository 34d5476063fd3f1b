import koffi from 'koffi';
import os from 'os';
const d=os.homedir()+'/.cache/ovis/libtensorflow/2.21.0-cpu/';
let t=performance.now();
const fw=koffi.load(d+'libtensorflow_framework.so.2');
const lib=koffi.load(d+'libtensorflow_cc.so.2');
console.log('load',performance.now()-t);
const P='int64_t';
const ver=lib.func('TF_Version','str',[]); console.log(ver());
const TF_NewStatus=lib.func('TF_NewStatus',P,[]), code=lib.func('TF_GetCode','int',[P]), msg=lib.func('TF_Message','str',[P]);
const st=TF_NewStatus(); console.log(st, typeof st);
const nco=lib.func('TFE_NewContextOptions',P,[]); const nc=lib.func('TFE_NewContext',P,[P,P]);
t=performance.now(); const ctx=nc(nco(),st); console.log('ctx',performance.now()-t,ctx,code(st));
const alloc=lib.func('TF_AllocateTensor',P,['int','void*','int','size_t']); const data=lib.func('TF_TensorData',P,[P]);
const nth=lib.func('TFE_NewTensorHandle',P,[P,P]);
const dims=new BigInt64Array([2n,3n]);
const T=alloc(1,dims,2,24); const p=data(T); console.log(T,p);
for (const v of [p, BigInt(p)]) try { new Float32Array(koffi.view(v,24)).set([1,2,3,4,5,6]); console.log('view ok',typeof v)} catch(e){console.log(String(e))}
const h=nth(T,st);
const newop=lib.func('TFE_NewOp',P,[P,'str',P]), addin=lib.func('TFE_OpAddInput','void',[P,P,P]), setT=lib.func('TFE_OpSetAttrType','void',[P,'str','int']), exec=lib.func('TFE_Execute','void',[P,'void*','void*',P]), delop=lib.func('TFE_DeleteOp','void',[P]), delh=lib.func('TFE_DeleteTensorHandle','void',[P]);
const ret=new BigUint64Array(8), num=new Int32Array(1);
function mul(){const op=newop(ctx,'AddV2',st); setT(op,'T',1); addin(op,h,st); addin(op,h,st); num[0]=1; exec(op,ret,num,st); if(code(st)) throw new Error(msg(st)); delop(op); const r=Number(ret[0]); return r;}
for(let k=0;k<3;k++){t=performance.now(); for(let i=0;i<20000;i++) delh(mul()); console.log('us/op',(performance.now()-t)/20);}
t=performance.now(); for(let i=0;i<100000;i++) code(st); console.log('us/call',(performance.now()-t)/100);
const addinP=lib.func('TFE_OpAddInput','void',['void*','void*','void*']);
t=performance.now(); for(let i=0;i<20000;i++) koffi.view(BigInt(p),24); console.log('us/view',(performance.now()-t)/20);
const reset=lib.func('TFE_OpReset','void',[P,'str','str',P]);
const op2=newop(ctx,'AddV2',st);
function mul2(){reset(op2,'AddV2',null,st); setT(op2,'T',1); addin(op2,h,st); addin(op2,h,st); num[0]=1; exec(op2,ret,num,st); if(code(st)) throw new Error(msg(st)); return Number(ret[0]);}
for(let k=0;k<3;k++){t=performance.now(); for(let i=0;i<20000;i++) delh(mul2()); console.log('reset us/op',(performance.now()-t)/20);}
console.log(koffi.config());
exec.async(op2,ret,num,st,(e)=>console.log('async',e));

import { rounds, ratio, median } from './measure.mjs';
import { streaming } from './streaming.mjs';
const builds = process.argv.slice(2);
const mods = [];
for (const b of builds) mods.push(await import(b));
const same=(k,s=1)=>({kernelSize:k,stride:s,padding:(k-1)/2});
const cases = [
 [{kernelSize:2},[1,56,56,64]],[{kernelSize:2},[1,56,56,256]],[same(3),[1,35,35,192]],[same(3),[1,112,112,64]],[same(3),[1,7,7,512]],[{...same(3),countIncludePad:false},[1,35,35,192]],
 [same(3,2),[1,112,112,64]],[same(3,2),[1,28,28,256]],[{kernelSize:7},[1,7,7,2048]],[{kernelSize:8},[1,8,8,1280]],[{kernelSize:224},[1,224,224,64]],[{kernelSize:5,stride:3},[1,14,14,512]],[same(5),[1,56,56,64]],[same(31),[1,256,256,8]],[{kernelSize:2},[1,512,512,3]],[same(3),[1,512,512,4]],[same(3),[1,256,256,3]],[same(3),[1,64,64,8]],[same(31),[1,256,256,3]],
].filter(c=>!process.env.F||JSON.stringify(c).match(process.env.F));
const timing={count:+(process.env.N??25),least:0.7,warm:80};
for (const [o,shape] of cases) for (const dir of ['forward','backward']) {
  const calls=[]; let os;
  for (const {AvgPool2d,Tensor} of mods){
    const p=new AvgPool2d({...o,layout:'NHWC'}); os=p.outputShape(shape);
    const x=Tensor.ones(shape), g=Tensor.ones(os), dx=Tensor.zeros(shape), y=Tensor.zeros(os);
    calls.push(dir==='forward'?()=>p.forward(x,y):()=>p.backward(g,shape,dx));
  }
  const sz=s=>s.reduce((a,b)=>a*b)*4;
  const {stream}= dir==='forward'?streaming(sz(shape),sz(os)):streaming(sz(os),sz(shape));
  const t=await rounds([stream,...calls],timing);
  console.log(JSON.stringify(o).padEnd(60),shape.join('x').padEnd(14),dir.padEnd(9),median(t[0]).toFixed(1).padStart(7),...t.slice(1).map((c,i)=>`${ratio(c,t[0]).toFixed(2).padStart(7)}`), t.length>2?'  '+ratio(t[2],t[1]).toFixed(2):'');
}

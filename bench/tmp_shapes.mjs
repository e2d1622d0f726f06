import { rounds, ratio, median } from './measure.mjs';
import { streaming } from './streaming.mjs';
const mods=[]; for (const b of process.argv[2].split(',')) mods.push(await import(b));
const o=JSON.parse(process.argv[3]); const shapes=JSON.parse(process.argv[4]);
for (const shape of shapes) for (const dir of ['forward','backward']) {
  const calls=[]; let os;
  for (const {AvgPool2d,Tensor} of mods){
    const p=new AvgPool2d({...o,layout:process.argv[5]??'NHWC'}); os=p.outputShape(shape);
    const x=Tensor.ones(shape), g=Tensor.ones(os), dx=Tensor.zeros(shape), y=Tensor.zeros(os);
    calls.push(dir==='forward'?()=>p.forward(x,y):()=>p.backward(g,shape,dx));
  }
  const sz=s=>s.reduce((a,b)=>a*b)*4;
  const {stream}= dir==='forward'?streaming(sz(shape),sz(os)):streaming(sz(os),sz(shape));
  const t=await rounds([stream,...calls],{count:25,least:0.7,warm:80});
  const v=Math.max(sz(shape),sz(os))/16;
  console.log(shape.join('x').padEnd(14),dir.padEnd(9),median(t[0]).toFixed(2).padStart(7),...t.slice(1).map((c,i)=>`${ratio(c,t[0]).toFixed(2).padStart(7)} (${(median(c)*1000/v).toFixed(2)} ns/vec)`), t.length>2?'  '+ratio(t[2],t[1]).toFixed(2):'');
}

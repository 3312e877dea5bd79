#include "report/page.h"

namespace dg::reporting {

// Colours by name, twice: for light and for dark screens. The eight of the runs keep their distance from each
// other for most kinds of colour blindness, and from the card behind them.
const char* page_style() {
  return R"css(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b1f26;--dim:#59616d;--line:#dde1e7;--soft:#eef1f5;
--colour-0:#1463b0;--colour-1:#c9540a;--colour-2:#0f8060;--colour-3:#8b3fb0;--colour-4:#a87900;--colour-5:#c12f5f;
--colour-6:#087f99;--colour-7:#676c26}
@media (prefers-color-scheme:dark){:root{--page:#14171b;--card:#1d2127;--ink:#e8eaee;--dim:#a3abb8;--line:#363c46;
--soft:#282e37;--colour-0:#6cb0f5;--colour-1:#f59a55;--colour-2:#4fc9a0;--colour-3:#cf95ee;--colour-4:#e0b83c;
--colour-5:#f585a8;--colour-6:#56c8e0;--colour-7:#bdc46a}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:1180px;padding:0 16px 48px;background:var(--page);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.75rem;line-height:1.2;margin:32px 0 8px;letter-spacing:-.01em}
h2{font-size:1.3rem;line-height:1.25;margin:0 0 8px}
h3{font-size:1rem;margin:20px 0 8px}
p{margin:8px 0}
section{margin-top:40px;scroll-margin-top:16px}
a{color:var(--colour-0)}
code{font:.86em ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}
.note,.people{color:var(--dim);font-size:.9rem;max-width:78ch}
nav ul{list-style:none;margin:16px 0 0;padding:0;display:flex;flex-wrap:wrap;gap:8px}
nav a{display:block;padding:4px 12px;border:1px solid var(--line);border-radius:99px;background:var(--card);
text-decoration:none;font-size:.88rem}
.swatch{display:inline-block;width:.72em;height:.72em;border-radius:50%;margin-right:.45em;background:currentColor;flex:none}
.run{display:inline-flex;align-items:baseline}
.card,.chart,.cards>li{background:var(--card);border:1px solid var(--line);border-radius:12px;margin:0}
.card{padding:16px 20px}
.card h3{margin-top:0}
.wide{grid-template-columns:1fr}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,200px),1fr));gap:12px;list-style:none;padding:0;
margin:12px 0}
.cards.wide{grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr))}
#mistakes .cards{grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr))}
.cards>li{padding:10px}
.tiles{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));max-width:480px;gap:8px 16px;list-style:none;padding:0;margin:12px 0}
.tiles li{display:flex;flex-direction:column;justify-content:flex-end}
.tiles span,.tiles small,td small{color:var(--dim);font-size:.8rem}
.tiles b{font-size:clamp(1.4rem,6vw,1.9rem);line-height:1.15;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:12px;margin:12px 0}
.chart{padding:12px 12px 6px;min-width:0}
.chart svg{display:block;width:100%;height:auto}
figcaption strong{display:block;font-size:.92rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:0 16px;margin:2px 0 4px;padding:0;font-size:.8rem;color:var(--dim)}
.legend li{display:inline-flex;align-items:baseline;min-width:0}
.legend b{margin-left:.5em;color:var(--ink);font-variant-numeric:tabular-nums}
svg text{font-size:12px;fill:var(--dim);font-variant-numeric:tabular-nums}
.grid{fill:none;stroke:var(--line);stroke-width:1}
.line{fill:none;stroke:currentColor;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
.mark{fill:currentColor}
.dashed.line{stroke-dasharray:5 4}
.dashed.swatch{border-radius:2px}
.colour-0{color:var(--colour-0)}.colour-1{color:var(--colour-1)}.colour-2{color:var(--colour-2)}
.colour-3{color:var(--colour-3)}.colour-4{color:var(--colour-4)}.colour-5{color:var(--colour-5)}
.colour-6{color:var(--colour-6)}.colour-7{color:var(--colour-7)}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:12px;margin:12px 0}
.scroll:focus-visible{outline:2px solid var(--colour-0);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{padding:8px 14px;text-align:left;vertical-align:top;border-top:1px solid var(--line);overflow-wrap:normal}
thead th{border-top:0;color:var(--dim);font-weight:600;white-space:nowrap}
tbody th{font-weight:500;background:var(--card)}
tbody th .name,thead th .name{max-width:16rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
td small{display:block;white-space:nowrap}
.clear{font-weight:700}
.clear small{font-weight:400}
.bar{display:block;height:4px;margin-top:4px;min-width:72px;background:var(--soft);border-radius:2px}
.bar i{display:block;height:100%;background:currentColor;border-radius:2px}
.two,.three{display:grid;gap:8px}
.two{grid-template-columns:1fr 1fr}
.three{grid-template-columns:1fr 1fr 1fr}
.who{display:flex;flex-direction:column;min-width:0;font-size:.85rem;line-height:1.3}
.who img,.no-photo{width:100%;height:auto;aspect-ratio:1;border-radius:8px;background:var(--soft)}
.no-photo{display:grid;place-items:center;color:var(--dim);font-size:.75rem}
.role{color:var(--dim);font-size:.75rem;margin-top:4px}
.cosine{display:inline-block;margin-top:6px;font-size:.8rem;color:var(--dim);font-variant-numeric:tabular-nums}
.tag{float:right;margin-top:6px;padding:0 8px;border-radius:99px;background:var(--soft);font-size:.75rem}
details{margin-top:12px}
summary{cursor:pointer;color:var(--colour-0)}
@media (max-width:480px){.cards{grid-template-columns:1fr 1fr;gap:8px}.cards.wide,#mistakes .cards{grid-template-columns:1fr}}
@media print{nav{display:none}section{break-inside:avoid}}
)css";
}

}  // namespace dg::reporting

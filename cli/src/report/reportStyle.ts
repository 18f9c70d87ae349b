import { auditOutcomes } from '../audit';
import { outcomeLabels } from './words';

const colors = auditOutcomes
  .map(outcome => `.${outcome}{--c:${outcomeLabels[outcome].color}}`)
  .join('');

/**
 * The style sheet of the page. Colours of outcomes are classes, because the page's own policy allows
 * no style in an element.
 *
 * @internal
 */
export const reportStyle = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1d2733;--soft:#5d6b7a;--line:#e3e7ec;--code:#eef1f5}
@media (prefers-color-scheme:dark){:root{--bg:#14181d;--card:#1d232b;--ink:#e8edf2;--soft:#9aa7b5;--line:#303944;--code:#2a323c}}
${colors}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header,main{max-width:1160px;margin:0 auto;padding:0 24px}
header{padding-top:28px}
h1{font-size:25px;margin:0 0 6px}
h2{font-size:18px;margin:0}
.about{color:var(--soft);margin:4px 0}
code{background:var(--code);border-radius:4px;padding:1px 5px;font:13px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere;unicode-bidi:isolate}
pre{background:var(--code);border-radius:8px;padding:14px;overflow:auto;font:13px/1.45 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;margin:10px 0 0}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;margin:18px 0}
.incomplete{background:#b3261e;color:#fff;font-weight:600;padding:10px 14px;border-radius:8px}
.numbers{display:flex;gap:36px;align-items:center;flex-wrap:wrap}
.donut{width:220px;height:220px;flex:none}
.donut .track{stroke:var(--line)}
.donut .big{font-size:29px;font-weight:700;fill:var(--ink)}
.donut .small{font-size:11px;fill:var(--soft)}
.legend{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:10px;flex:1}
button{font:inherit;color:inherit;cursor:pointer}
.chip{display:flex;align-items:center;gap:10px;background:none;border:1px solid var(--line);border-radius:9px;padding:9px 12px;text-align:left}
.chip i{width:12px;height:12px;border-radius:3px;background:var(--c);flex:none}
.chip span{flex:1}
.chip b{font-variant-numeric:tabular-nums}
.chip small{color:var(--soft);width:52px;text-align:right;font-variant-numeric:tabular-nums}
.chip:hover,.chip[aria-pressed=true]{border-color:var(--c);box-shadow:0 0 0 1px var(--c)}
.findings{list-style:none;margin:12px 0 0;padding:0;display:grid;gap:8px}
.findings li{--c:#3b82c4;display:flex;gap:14px;border-left:4px solid var(--c);background:var(--bg);border-radius:0 8px 8px 0;padding:10px 14px}
.findings li.warning{--c:#e08a1e}
.findings li.danger{--c:#d62828}
.findings strong{color:var(--c);text-transform:uppercase;font-size:12px;letter-spacing:.05em;width:70px;flex:none;line-height:23px}
.findings p,.findings details{margin:4px 0 0;color:var(--soft)}
.findings div{min-width:0;overflow-wrap:anywhere}
.bar{display:flex;gap:16px;align-items:center;margin-bottom:12px}
.bar input{flex:1;max-width:440px;font:inherit;padding:8px 12px;border:1px solid var(--line);border-radius:8px;background:var(--bg);color:inherit}
#shown{color:var(--soft);margin-left:auto}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th{text-align:left;color:var(--soft);font-weight:600;font-size:13px}
th,td{padding:9px 8px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th:nth-child(1){width:28%}th:nth-child(2){width:17%}th:nth-child(4){width:11%}
td small{display:block;color:var(--soft)}
td bdi{font-weight:600}
td bdi.fact{font-weight:400}
td bdi.ref{font:500 14px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
td:nth-child(4){font-variant-numeric:tabular-nums;color:var(--soft)}
.badge{display:inline-block;border:1px solid var(--c);border-radius:99px;padding:1px 10px;font-size:13px}
.badge::before{content:"";display:inline-block;width:8px;height:8px;border-radius:50%;background:var(--c);margin-right:7px}
#more{margin-top:14px;background:none;border:1px solid var(--line);border-radius:8px;padding:8px 16px}
`;

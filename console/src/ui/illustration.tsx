/** The picture of the first page: a tray of parts with what a model says of them. Drawn here, so that it is sharp. */
import "./illustration.css";

export function Illustration() {
  return (
    <svg className="vedette-illustration" viewBox="0 0 420 260" role="presentation" aria-hidden="true">
      <rect className="tray" x="8" y="8" width="404" height="244" rx="18" />
      <g className="part">
        <path d="M78 62l26-15 26 15v30l-26 15-26-15z" />
        <circle className="hole" cx="104" cy="77" r="13" />
        <circle cx="222" cy="84" r="30" />
        <circle className="hole" cx="222" cy="84" r="12" />
        <rect x="306" y="46" width="18" height="72" rx="6" />
        <rect x="294" y="46" width="42" height="16" rx="6" />
        <path d="M92 166l24-14 24 14v28l-24 14-24-14z" />
        <circle className="hole" cx="116" cy="180" r="12" />
        <rect x="204" y="146" width="16" height="66" rx="6" />
        <rect x="193" y="146" width="38" height="15" rx="6" />
        <circle cx="318" cy="182" r="32" />
        <circle className="hole" cx="318" cy="182" r="13" />
      </g>
      <path className="scratch" d="M298 168c10 6 14 16 26 17s16 6 20 13" />
      <g className="box">
        <rect x="68" y="38" width="72" height="78" rx="4" />
        <rect x="184" y="46" width="76" height="76" rx="4" />
        <rect x="286" y="38" width="58" height="88" rx="4" />
        <rect x="82" y="143" width="68" height="74" rx="4" />
        <rect x="185" y="138" width="54" height="82" rx="4" />
      </g>
      <path className="outline" d="M290 160c14-6 24 10 36 12s26 8 24 24-18 6-26-2-22-4-30-12-14-18-4-22z" />
    </svg>
  );
}

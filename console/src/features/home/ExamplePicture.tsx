/** A small drawing of each example's task. */
import type { ReactNode } from "react";
import type { Input } from "../../api";
import "../../ui/illustration.css";

export type ExampleName = Input<"vedette", "CreateExampleProject">["Example"];

function Nut({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <g transform={`translate(${String(x)} ${String(y)})`}>
      <path className="part" d="M-14-8 0-16l14 8v16L0 16l-14-8z" />
      <circle className="hole" r="7" />
    </g>
  );
}

function Washer({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <g transform={`translate(${String(x)} ${String(y)})`}>
      <circle className="part" r="16" />
      <circle className="hole" r="7" />
    </g>
  );
}

function Screw({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <g transform={`translate(${String(x)} ${String(y)})`}>
      <rect className="part" x="-5" y="-16" width="10" height="36" rx="3" />
      <rect className="part" x="-12" y="-20" width="24" height="10" rx="3" />
    </g>
  );
}

const PICTURES: Readonly<Record<ExampleName, () => ReactNode>> = {
  "sort-parts": () => <Screw x={100} y={50} />,
  "parts-on-a-tray": () => (
    <>
      <Nut x={52} y={42} />
      <Washer x={104} y={60} />
      <Screw x={152} y={48} />
    </>
  ),
  "locate-parts": () => (
    <>
      <Nut x={52} y={50} />
      <Screw x={146} y={50} />
      <rect className="box" x="32" y="28" width="40" height="44" rx="3" />
      <rect className="box" x="128" y="24" width="36" height="52" rx="3" />
    </>
  ),
  "find-scratches": () => (
    <>
      <rect className="part" x="40" y="18" width="120" height="64" rx="8" />
      <path className="outline" d="M78 40c10-6 18 8 28 9s20 6 18 15-14 4-20-1-17-3-23-9-10-11-3-14z" />
    </>
  ),
};

export function ExamplePicture({ name }: { readonly name: ExampleName }) {
  const Picture = PICTURES[name];
  return (
    <svg className="vedette-illustration example-picture" viewBox="0 0 200 100" aria-hidden="true">
      <rect className="tray" x="1" y="1" width="198" height="98" rx="10" />
      <Picture />
    </svg>
  );
}

/** What a device says of itself: in its own direction, and broken wherever there is no room. */
import "./edge.css";

export function Reported({ text }: { readonly text: string | undefined }) {
  return <bdi className="edge-reported">{text === undefined || text === "" ? "–" : text}</bdi>;
}

/** What an alarm is about. In its own words there may be a metric's name without a place to break. */
export function About({ text }: { readonly text: string }) {
  return <bdi style={{ overflowWrap: "anywhere" }}>{text}</bdi>;
}

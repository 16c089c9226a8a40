/** Lists that a service answers in pages. */

/** A service whose answer says "more" hundreds of times in a row is not believed for ever. */
const MOST_PAGES = 1000;

export interface Paged {
  readonly NextToken?: string | undefined;
}

export function nextTokenOf(page: Paged | undefined): string | undefined {
  return page?.NextToken === "" ? undefined : page?.NextToken;
}

/** The first pages, as many as are wanted; all where nothing is said. */
export async function fetchPages<Page extends Paged>(
  ask: (token: string | undefined) => Promise<Page>,
  wanted = MOST_PAGES,
): Promise<Page[]> {
  const pages: Page[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    pages.push(page);
    token = nextTokenOf(page);
  } while (token !== undefined && pages.length < wanted);
  return pages;
}

/** The customer's own operations through the relay: one function, typed from the shape files, and its hooks. */
import { useInfiniteQuery, useMutation, useQuery, type QueryKey } from "@tanstack/react-query";
import { queryClient } from "./client";
import { Fault, MISTYPED } from "./fault";
import type { Services } from "./operations";
import { currentRegion, useRegion } from "./region";
import { jsonOf, send } from "./send";
import { currentSession } from "./session";

export type Service = keyof Services;
export type Operation<S extends Service> = keyof Services[S] & string;
type Sides<S extends Service, O extends Operation<S>> = Services[S][O] extends {
  readonly input: infer Input;
  readonly output: infer Output;
}
  ? { readonly input: Input; readonly output: Output }
  : never;
export type Input<S extends Service, O extends Operation<S>> = Sides<S, O>["input"];
export type Output<S extends Service, O extends Operation<S>> = Sides<S, O>["output"];

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly region?: string | undefined;
}

/** An operation that only reads, by its name. */
const READING = /^(?:Describe|Get|List|Query|Count)/u;
/** What the services say of a value that cannot be: the value, and the member that has it. */
const CONSTRAINT = /Value '\[?([\s\S]*?)\]?' at '([\w.]+)' failed to satisfy constraint/gu;
const OF_ADDRESSES = /(?:arn|id|name|names|version)$/iu;

/** A name or number in an address that nothing can have: to whoever reads, it is simply not there. */
export function asMistyped(operation: string, error: unknown): unknown {
  if (!(error instanceof Fault) || error.status !== 400 || !READING.test(operation)) return error;
  const complaints = [...error.message.matchAll(CONSTRAINT)];
  const [value = ""] = complaints.map((complaint) => complaint[1] ?? "");
  if (value === "" || !complaints.every(([, , member = ""]) => OF_ADDRESSES.test(member))) return error;
  return new Fault(404, "ResourceNotFoundException", value, error.requestId, MISTYPED);
}

/** Calls an operation with the signed-in person's rights; fails with a Fault. */
export async function call<S extends Service, O extends Operation<S>>(
  service: S,
  operation: O,
  input: Input<S, O>,
  options: CallOptions = {},
): Promise<Output<S, O>> {
  const answer = await send(`${service}/${operation}`, {
    method: "POST",
    json: input,
    csrf: currentSession()?.csrf,
    region: options.region ?? currentRegion(),
    signal: options.signal,
  }).catch((error: unknown) => {
    throw asMistyped(operation, error);
  });
  return await jsonOf(answer);
}

/** The key under which a call's answer is remembered; without more it names every call of the operation. */
export function callKey<S extends Service>(
  service: S,
  operation: Operation<S>,
  ...more: readonly unknown[]
): QueryKey {
  return [service, operation, ...more];
}

export interface QueryOptions {
  readonly isEnabled?: boolean;
  /** Asks again after so many milliseconds, as long as a page looks at it. */
  readonly everyMs?: number | false;
  /** Asks whenever a page begins to look at it: what other pages do changes it. */
  readonly isAskedAnew?: boolean;
}

/** An operation's answer, remembered and refreshed. */
export function useCall<S extends Service, O extends Operation<S>>(
  service: S,
  operation: O,
  input: Input<S, O>,
  options: QueryOptions = {},
) {
  const region = useRegion();
  return useQuery({
    queryKey: callKey(service, operation, region, input),
    queryFn: ({ signal }) => call(service, operation, input, { signal, region }),
    enabled: options.isEnabled ?? true,
    refetchInterval: options.everyMs ?? false,
    ...(options.isAskedAnew === true ? { staleTime: 0 } : {}),
  });
}

/** All pages of an operation that answers in pages with NextToken, one after the other as asked for. */
export function usePages<S extends Service, O extends Operation<S>>(
  service: S,
  operation: O,
  input: Input<S, O>,
  options: QueryOptions = {},
) {
  const region = useRegion();
  return useInfiniteQuery({
    queryKey: callKey(service, operation, region, input, "pages"),
    queryFn: ({ signal, pageParam }) =>
      call(
        service,
        operation,
        pageParam === null ? input : Object.assign({}, input, { NextToken: pageParam }),
        { signal, region },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => nextTokenOf(page),
    enabled: options.isEnabled ?? true,
    refetchInterval: options.everyMs ?? false,
  });
}

function nextTokenOf(page: unknown): string | undefined {
  const token = (page as { readonly NextToken?: string | undefined }).NextToken;
  return token === "" ? undefined : token;
}

/** Calls an operation that changes something; afterwards what it made stale is asked again. */
export function useChange<S extends Service, O extends Operation<S>>(
  service: S,
  operation: O,
  stale: readonly QueryKey[] = [[service]],
) {
  return useMutation({
    mutationFn: (input: Input<S, O>) => call(service, operation, input),
    onSuccess: () => Promise.all(stale.map((key) => queryClient.invalidateQueries({ queryKey: key }))),
  });
}

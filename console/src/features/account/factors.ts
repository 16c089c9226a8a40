/** The person's own second factors: what there is, and how it changes. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { asFault, currentSession, jsonOf, queryClient, send } from "../../api";

export interface OwnFactor {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly created: string;
  readonly used: string | null;
}

export interface OwnFactors {
  readonly factors: readonly OwnFactor[];
  /** How many are left. */
  readonly recoveryCodes: number;
  /** Whether a change needs a code of a factor that is there. */
  readonly asksForCode: boolean;
  readonly lacksFactor: boolean;
}

export interface NewFactor {
  readonly id: string;
  readonly secret: string;
  /** Rows of the QR code, a character a module: 1 is dark. */
  readonly qr: readonly string[];
}

const KEY = ["factors"];

async function change(method: "POST" | "PUT" | "DELETE", path: string, json: object): Promise<unknown> {
  const answer = await send(path, { method, json, csrf: currentSession()?.csrf });
  return answer.status === 204 ? null : await jsonOf(answer);
}

export function useFactors() {
  return useQuery({
    queryKey: KEY,
    queryFn: async () => (await jsonOf(await send("factors"))) as OwnFactors,
  });
}

export function useBeginFactor() {
  return useMutation({
    mutationFn: async (asked: { readonly name: string; readonly code: string }) =>
      (await change("POST", "factors", asked)) as NewFactor,
  });
}

async function afterChange(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: KEY });
  await queryClient.invalidateQueries({ queryKey: ["sessions"] });
}

export function useConfirmFactor() {
  return useMutation({
    mutationFn: async (asked: { readonly id: string; readonly code: string }) =>
      ((await change("PUT", "factors", asked)) as { readonly recoveryCodes: readonly string[] })
        .recoveryCodes,
    onSuccess: afterChange,
  });
}

export function useRemoveFactor() {
  return useMutation({
    mutationFn: (asked: { readonly id: string; readonly code: string }) => change("DELETE", "factors", asked),
    onSuccess: afterChange,
  });
}

export function useRenewCodes() {
  return useMutation({
    mutationFn: async (code: string) =>
      ((await change("POST", "recovery-codes", { code })) as { readonly recoveryCodes: readonly string[] })
        .recoveryCodes,
    onSuccess: afterChange,
  });
}

export function isWrongCode(error: unknown): boolean {
  return asFault(error).code === "WrongCode";
}

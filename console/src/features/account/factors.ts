/** The person's own second factors: what there is, and how it changes. */
import { useMutation, useQuery } from "@tanstack/react-query";
import {
  asFault,
  createPasskey,
  currentSession,
  jsonOf,
  NO_PASSKEY,
  queryClient,
  send,
  showAgain,
  type CreationOptions,
} from "../../api";

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

interface NewCodes {
  readonly recoveryCodes: readonly string[];
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

/** What is shown of a factor that is there: a code, or a passkey where there is none. */
type ShownCode = string | null;

async function proofOf(code: ShownCode): Promise<object> {
  return code === null ? { passkey: await showAgain() } : { code };
}

export function useBeginFactor() {
  return useMutation({
    mutationFn: async ({ name, code }: { readonly name: string; readonly code: ShownCode }) =>
      (await change("POST", "factors", { name, ...(await proofOf(code)) })) as NewFactor,
  });
}

async function afterChange(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: KEY });
  await queryClient.invalidateQueries({ queryKey: ["sessions"] });
}

export function useConfirmFactor() {
  return useMutation({
    mutationFn: async (asked: { readonly id: string; readonly code: string }) =>
      ((await change("PUT", "factors", asked)) as NewCodes).recoveryCodes,
    onSuccess: afterChange,
  });
}

/** Adds a passkey, and returns recovery codes where it is the first factor. */
export function useAddPasskey() {
  return useMutation({
    mutationFn: async ({ name, code }: { readonly name: string; readonly code: ShownCode }) => {
      const options = (await change("POST", "passkey-options", await proofOf(code))) as CreationOptions;
      const made = await createPasskey(options);
      return ((await change("POST", "passkeys", { name, ...made })) as NewCodes).recoveryCodes;
    },
    onSuccess: afterChange,
  });
}

export function useRemoveFactor() {
  return useMutation({
    mutationFn: async ({ id, code }: { readonly id: string; readonly code: ShownCode }) =>
      change("DELETE", "factors", { id, ...(await proofOf(code)) }),
    onSuccess: afterChange,
  });
}

export function useRenewCodes() {
  return useMutation({
    mutationFn: async (code: ShownCode) =>
      ((await change("POST", "recovery-codes", await proofOf(code))) as NewCodes).recoveryCodes,
    onSuccess: afterChange,
  });
}

export function isWrongCode(error: unknown): boolean {
  return asFault(error).code === "WrongCode";
}

/** The passkey was not shown, or not accepted. */
export function isPasskeyProblem(error: unknown): boolean {
  return error !== null && [NO_PASSKEY, "PasskeyRefused"].includes(asFault(error).code);
}

/** Whether a dialog says an error in words of its own. */
export function isShown(error: unknown): boolean {
  return error !== null && (isWrongCode(error) || isPasskeyProblem(error));
}

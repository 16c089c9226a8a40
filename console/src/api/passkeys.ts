/** Passkeys: what the server asks the browser with, and what the browser returns, as texts of base64url. */
import { Fault } from "./fault";
import { jsonOf, send } from "./send";

interface Described {
  readonly type: "public-key";
  readonly id: string;
}

interface AskingOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly allowCredentials: readonly Described[];
  readonly userVerification: UserVerificationRequirement;
  readonly timeout: number;
}

export interface CreationOptions {
  readonly challenge: string;
  readonly rp: PublicKeyCredentialRpEntity;
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly pubKeyCredParams: PublicKeyCredentialParameters[];
  readonly excludeCredentials: readonly Described[];
  readonly authenticatorSelection: AuthenticatorSelectionCriteria;
  readonly attestation: AttestationConveyancePreference;
  readonly timeout: number;
}

/** The person closed the browser's dialog, or waited too long, or has no passkey for this server. */
export const NO_PASSKEY = "NoPasskey";

/** Whether this browser has passkeys at all: it has none on a page without TLS. */
export function hasPasskeys(): boolean {
  return "PublicKeyCredential" in window;
}

function toBytes(text: string): ArrayBuffer {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0)).buffer;
}

function toText(content: ArrayBuffer | null): string {
  const binary = Array.from(new Uint8Array(content ?? new ArrayBuffer(0)), (byte) =>
    String.fromCharCode(byte),
  );
  return btoa(binary.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function described(list: readonly Described[]): PublicKeyCredentialDescriptor[] {
  return list.map(({ type, id }) => ({ type, id: toBytes(id) }));
}

async function fromBrowser(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  const credential = await asked.catch((error: unknown) => {
    throw new Fault(-1, NO_PASSKEY, error instanceof Error ? error.message : String(error), null);
  });
  if (credential instanceof PublicKeyCredential) return credential;
  throw new Fault(-1, NO_PASSKEY, "", null);
}

/** Makes a new passkey, and returns what the server is told of it. */
export async function createPasskey(options: CreationOptions): Promise<object> {
  const { challenge, user, excludeCredentials, ...others } = options;
  const publicKey: PublicKeyCredentialCreationOptions = {
    ...others,
    challenge: toBytes(challenge),
    user: { ...user, id: toBytes(user.id) },
    excludeCredentials: described(excludeCredentials),
  };
  const { rawId, response } = await fromBrowser(navigator.credentials.create({ publicKey }));
  const made = response as AuthenticatorAttestationResponse;
  return {
    credential: toText(rawId),
    client: toText(made.clientDataJSON),
    authenticator: toText(made.getAuthenticatorData()),
    publicKey: toText(made.getPublicKey()),
  };
}

async function show(options: AskingOptions): Promise<object> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: described(options.allowCredentials),
  };
  const { rawId, response } = await fromBrowser(navigator.credentials.get({ publicKey }));
  const shown = response as AuthenticatorAssertionResponse;
  return {
    credential: toText(rawId),
    client: toText(shown.clientDataJSON),
    authenticator: toText(shown.authenticatorData),
    signature: toText(shown.signature),
    handle: toText(shown.userHandle),
  };
}

/** Has whoever is there show a passkey, to sign in. */
export async function showToSignIn(): Promise<object> {
  return show((await jsonOf(await send("sign-in-options", { method: "POST" }))) as AskingOptions);
}

/** Has the person who is signed in show a passkey, before a change. */
export async function showAgain(): Promise<object> {
  return show((await jsonOf(await send("passkey-options"))) as AskingOptions);
}

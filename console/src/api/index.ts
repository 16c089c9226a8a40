/** The server as the rest of the console sees it. */
export {
  call,
  callKey,
  useCall,
  useChange,
  usePages,
  type Input,
  type Operation,
  type Output,
  type Service,
} from "./call";
export { queryClient } from "./client";
export { useEvents, useModelEvent, type ModelEvent } from "./events";
export { asFault, Fault, MISTYPED } from "./fault";
export { faultOfLink } from "./first";
export type * as Kms from "./operations/kms";
export type * as Lookout from "./operations/lookoutvision";
export type * as Rekognition from "./operations/rekognition";
export type * as Monitoring from "./operations/monitoring";
export type * as Own from "./operations/vedette";
export { chooseRegion, currentRegion, regionOfAddress, useRegion } from "./region";
export { takeLink } from "./link";
export { fetchPages } from "./pages";
export { createPasskey, hasPasskeys, NO_PASSKEY, showAgain, type CreationOptions } from "./passkeys";
export * from "./projects";
export type { VersionFacts, VersionList, VersionState } from "./versions";
export { jsonOf, send } from "./send";
export {
  currentSession,
  fetchAhead,
  hasSessionEnded,
  goToCompany,
  refetchSession,
  takeProblem,
  useWays,
  useSession,
  useSignedIn,
  useSignIn,
  useSignOut,
  type Proof,
  type Session,
} from "./session";

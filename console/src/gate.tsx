/**
 * Pages for those who are signed in; everybody else signs in first and then comes to where they wanted. What tells
 * of work beside the page is no code of its own: browsers remember code that could not be fetched once, and never
 * fetch it again.
 */
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense, useEffect, useRef } from "react";
import { Outlet, useHref, useLocation, useNavigate, useNavigation } from "react-router";
import { chooseRegion, regionOfAddress, useRegion, useSession, useSignedIn } from "./api";
import { WorkEvents } from "./features/datasets/suggestions/WorkEvents";
import { UploadNotices } from "./intake/UploadNotices";
import { FaultAlert } from "./ui/faults";
import { Frame } from "./ui/frame";
import { showNoticesTo } from "./ui/notices";
import { Middle } from "./ui/states";

// Most who come are signed in already, or by the link of the address.
const SignIn = lazy(async () => ({ default: (await import("./features/signin")).SignIn }));

// Most have one, or need none.
const FirstFactor = lazy(async () => ({
  default: (await import("./features/account/FirstFactor")).FirstFactor,
}));

/** Whether the window shows this address; while another page is on its way by Back, it shows that one's already. */
function isShown(href: string): boolean {
  return new URL(href, window.location.origin).pathname === window.location.pathname;
}

/** Keeps the address and the chosen region the same: an address that names a region opens it. */
function useRegionInAddress(): void {
  const region = useRegion();
  const { pathname, search, hash, key } = useLocation();
  const href = useHref(pathname);
  const isIdle = useNavigation().state === "idle";
  const navigate = useNavigate();
  const written = useRef(region);
  const named = regionOfAddress(search);
  useEffect(() => {
    if (named !== null) chooseRegion(named);
  }, [named]);
  useEffect(() => {
    // Only a choice in the bar, or a page without a region, changes the address.
    const isWanted = named === null || written.current !== region;
    if (named !== region) {
      // To write it would take the place of a page that is on its way; that one gets it when it is there.
      if (!isWanted || !isIdle || !isShown(href)) return;
      const query = new URLSearchParams(search);
      query.set("region", region);
      void navigate(
        { pathname, search: query.toString(), hash },
        { replace: true, preventScrollReset: true },
      );
    }
    written.current = region;
    // The rest of the address has the same key.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [region, named, pathname, key, isIdle]);
}

/** Before all that tells: whoever signs in reads nothing that the one before was told. */
function Reader() {
  const { arn } = useSignedIn();
  useEffect(() => showNoticesTo(arn), [arn]);
  return null;
}

function SignedInPages() {
  useRegionInAddress();
  return (
    <Frame>
      <Reader />
      <UploadNotices />
      <WorkEvents />
      <Outlet />
    </Frame>
  );
}

function Waiting() {
  return (
    <Middle>
      <Spinner size="large" />
    </Middle>
  );
}

export function Gate() {
  const session = useSession();
  if (session.data?.lacksFactor === true)
    return (
      <Suspense fallback={<Waiting />}>
        <FirstFactor />
      </Suspense>
    );
  if (session.data) return <SignedInPages />;
  if (session.isPending) return <Waiting />;
  if (session.isError)
    return (
      <Middle>
        <FaultAlert error={session.error} onRetry={() => void session.refetch()} />
      </Middle>
    );
  return (
    <Suspense fallback={<Waiting />}>
      <SignIn />
    </Suspense>
  );
}

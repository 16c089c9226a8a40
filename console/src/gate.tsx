/** Pages for those who are signed in; everybody else signs in first and then comes to where they wanted. */
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense, useEffect } from "react";
import { Outlet, useLocation, useNavigate } from "react-router";
import { chooseRegion, regionOfAddress, useRegion, useSession } from "./api";
import { FaultAlert } from "./ui/faults";
import { Frame } from "./ui/frame";
import { Middle } from "./ui/states";

// Most who come are signed in already, or by the link of the address.
const SignIn = lazy(async () => ({ default: (await import("./features/signin")).SignIn }));

/** Keeps the address and the chosen region the same: an address that names a region opens it. */
function useRegionInAddress(): void {
  const region = useRegion();
  const { pathname, search, hash } = useLocation();
  const navigate = useNavigate();
  const named = regionOfAddress(search);
  useEffect(() => {
    if (named !== null) chooseRegion(named);
  }, [named]);
  useEffect(() => {
    if (named === region) return;
    const query = new URLSearchParams(search);
    query.set("region", region);
    void navigate({ pathname, search: query.toString(), hash }, { replace: true, preventScrollReset: true });
    // Only a choice in the bar, or a page without a region, changes the address.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [region, named === null]);
}

const AGAIN_MS = 2000;

/** Loads what no page needs to be usable: a server that is away just now costs nobody the page that is shown. */
async function patiently<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

const UploadNotices = lazy(async () => ({
  default: (await patiently(() => import("./intake/UploadNotices"))).UploadNotices,
}));

const WorkEvents = lazy(async () => ({
  default: (await patiently(() => import("./features/datasets/suggestions/WorkEvents"))).WorkEvents,
}));

function SignedInPages() {
  useRegionInAddress();
  return (
    <Frame>
      <Suspense fallback={null}>
        <UploadNotices />
        <WorkEvents />
      </Suspense>
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

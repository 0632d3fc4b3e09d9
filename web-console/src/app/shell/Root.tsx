/** What every page stands in: it stays when the session under it ends, and the way back in stands over it. */
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useEnded } from "@/shared/auth/session";

const SignInAgain = lazy(async () => ({ default: (await import("./SignInAgain")).SignInAgain }));

export function Root() {
  const ended = useEnded();
  return (
    <>
      <Outlet />
      {ended && (
        <Suspense>
          <SignInAgain />
        </Suspense>
      )}
    </>
  );
}

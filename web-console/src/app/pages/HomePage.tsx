/** Where somebody who is signed in belongs: their tenant, the platform, or nowhere. */
import { Navigate } from "@tanstack/react-router";
import { nameOf, useMe } from "@/shared/auth/me";
import { Failed, Loading } from "@/shared/ui/states";
import { NotForYou } from "./NotForYou";

export function HomePage() {
  const me = useMe();
  if (me.isPending) return <Loading />;
  if (me.isError && !me.data) return <Failed error={me.error} onRetry={() => void me.refetch()} />;
  if (me.data.platform_permissions.length > 0) return <Navigate to="/platform" replace />;
  if (me.data.permissions.length > 0)
    return <Navigate to="/t/$tenant" params={{ tenant: me.data.tenant.name }} replace />;
  return <NotForYou name={nameOf(me.data)} />;
}

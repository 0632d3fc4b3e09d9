/** How a person gets in: their password, the link by which they choose one, and the wait after mistyping it. */
import { Stack } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useMay, useTenant } from "@/shared/api/tenant";
import { Loaded } from "@/shared/ui/states";
import { useUser } from "./api";
import { LinkPanel } from "./LinkPanel";
import { PasswordPanel } from "./PasswordPanel";
import { UnlockPanel } from "./UnlockPanel";

export function CredentialsTab() {
  const tenant = useTenant();
  const { userId } = useParams({ from: "/signed-in/t/$tenant/users/$userId" });
  const may = useMay();
  const user = useUser(tenant, userId);
  return (
    <Loaded query={user}>
      {(found) => (
        <Stack maw={820}>
          <LinkPanel user={found} />
          {may("user:write") && <PasswordPanel user={found} />}
          {may("user:reset-credential") && <UnlockPanel user={found} />}
        </Stack>
      )}
    </Loaded>
  );
}

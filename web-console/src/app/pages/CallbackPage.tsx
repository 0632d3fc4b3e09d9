/** Takes the Auth Plane's answer, then leaves for where the person was going. */
import { Text } from "@mantine/core";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { beginSignIn, completeSignIn, handOn } from "@/shared/auth/flow";
import { startSession } from "@/shared/auth/session";
import { Failed, Loading } from "@/shared/ui/states";

const answers = new Map<string, Promise<void>>(); // by URL: effects run twice in development, and a code is good once

export function CallbackPage() {
  const navigate = useNavigate();
  const router = useRouter();
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>();
  const [isBeside] = useState(() => handOn(new URL(window.location.href)));
  useEffect(() => {
    if (isBeside) return window.close();
    const url = window.location.href;
    const answer = answers.get(url) ?? take(url, (to) => router.history.replace(to));
    answers.set(url, answer);
    answer.catch(setError);
  }, [router, isBeside]);
  if (isBeside) return <Text p="lg">{t("auth.close")}</Text>;
  if (error === undefined) return <Loading />;
  return <Failed error={error} onRetry={() => void navigate({ to: "/sign-in" })} />;
}

async function take(url: string, replace: (path: string) => void): Promise<void> {
  const found = await completeSignIn(new URL(url));
  switch (found.kind) {
    case "signed-in":
      startSession({ tenant: found.tenant, tokens: found.tokens });
      return replace(found.returnTo);
    case "needs-person":
      return beginSignIn(found.tenant, found.returnTo);
    case "refused": {
      if (found.error === "no_request") return replace("/");
      const query = new URLSearchParams({ return_to: found.returnTo, error: found.error });
      if (found.tenant) query.set("tenant", found.tenant);
      if (found.description) query.set("error_description", found.description);
      return replace(`/sign-in?${query}`);
    }
  }
}

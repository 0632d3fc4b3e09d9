/** Blocks something and lets it go on, or deletes it for good: what people do seldom, and are asked about. */
import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Confirm } from "./Confirm";
import { say, sayFailed } from "./forms";

interface Asked {
  label: string;
  /** The question's title and text, and what is said when it is done. */
  title: string;
  text: string;
  done: string;
  act: () => Promise<unknown>;
}

interface Props {
  title: string;
  hint?: string;
  isActive: boolean;
  disable: Asked;
  enable: Pick<Asked, "label" | "done" | "act">;
  /** `typed` is what has to be typed first; `after` leaves the page of what is gone. */
  remove: Asked & { typed: { value: string; label: string }; after: () => Promise<unknown> };
}

export function DangerZone({ title, hint, isActive, disable, enable, remove }: Props) {
  const [asking, setAsking] = useState<"disable" | "remove">();
  const [enabling, setEnabling] = useState(false);
  const close = () => setAsking(undefined);
  const enableNow = async () => {
    setEnabling(true);
    try {
      await enable.act();
      say(enable.done);
    } catch (error) {
      sayFailed(enable.label, error);
    } finally {
      setEnabling(false);
    }
  };
  return (
    <Paper withBorder p="lg" maw={820}>
      <Stack>
        <Title order={2} size="h4">
          {title}
        </Title>
        {hint && (
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        )}
        <Group>
          {isActive ? (
            <Button variant="default" onClick={() => setAsking("disable")}>
              {disable.label}
            </Button>
          ) : (
            <Button variant="default" loading={enabling} onClick={() => void enableNow()}>
              {enable.label}
            </Button>
          )}
          <Button color="red" variant="outline" onClick={() => setAsking("remove")}>
            {remove.label}
          </Button>
        </Group>
      </Stack>
      <Confirm
        opened={asking === "disable"}
        onClose={close}
        title={disable.title}
        action={disable.label}
        onConfirm={async () => {
          await disable.act();
          say(disable.done);
        }}
      >
        {disable.text}
      </Confirm>
      <Confirm
        opened={asking === "remove"}
        onClose={close}
        title={remove.title}
        action={remove.label}
        typed={remove.typed}
        onConfirm={async () => {
          await remove.act();
          say(remove.done);
          await remove.after();
        }}
      >
        {remove.text}
      </Confirm>
    </Paper>
  );
}

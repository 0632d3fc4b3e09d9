/** Asks before what cannot be undone; for the gravest the name has to be typed. */
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Failed } from "./states";

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, in full sentences. */
  children: ReactNode;
  action: string;
  /** Resolves when it is done; its error is shown, and the question stays open. */
  onConfirm: () => Promise<unknown>;
  /** Has to be typed, letter for letter. */
  typed?: { value: string; label: string } | undefined;
  danger?: boolean;
}

export function Confirm({
  opened,
  onClose,
  title,
  children,
  action,
  onConfirm,
  typed,
  danger = true,
}: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [state, setState] = useState<{ busy: boolean; error?: unknown }>({ busy: false });
  const close = () => {
    setText("");
    setState({ busy: false });
    onClose();
  };
  const confirm = async () => {
    setState({ busy: true });
    try {
      await onConfirm();
      close();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <Stack>
          <Text size="sm" component="div">
            {children}
          </Text>
          {typed && (
            <TextInput
              label={typed.label}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
              data-autofocus
            />
          )}
          {state.error !== undefined && <Failed error={state.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("common.cancel")}
            </Button>
            <Button
              type="submit"
              {...(danger ? { color: "red" } : {})}
              loading={state.busy}
              disabled={typed !== undefined && text !== typed.value}
            >
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Servers somebody already runs, for the tests to use instead of starting their own. All three or none. */
export type TestServers = {
  /** A superuser's URL. */
  readonly postgresUrl: string;
  /** An administrator's URL, without a vhost. */
  readonly rabbitmqUrl: string;
  readonly rabbitmqManagementUrl: string;
};

export function readTestServers(): TestServers | undefined {
  const { AGORA_TEST_POSTGRES_URL, AGORA_TEST_RABBITMQ_URL, AGORA_TEST_RABBITMQ_MANAGEMENT_URL } = process.env;
  if (AGORA_TEST_POSTGRES_URL && AGORA_TEST_RABBITMQ_URL && AGORA_TEST_RABBITMQ_MANAGEMENT_URL) {
    return {
      postgresUrl: AGORA_TEST_POSTGRES_URL,
      rabbitmqUrl: AGORA_TEST_RABBITMQ_URL,
      rabbitmqManagementUrl: AGORA_TEST_RABBITMQ_MANAGEMENT_URL,
    };
  }
  if (AGORA_TEST_POSTGRES_URL || AGORA_TEST_RABBITMQ_URL || AGORA_TEST_RABBITMQ_MANAGEMENT_URL) {
    throw new Error(
      'Set all of AGORA_TEST_POSTGRES_URL, AGORA_TEST_RABBITMQ_URL, AGORA_TEST_RABBITMQ_MANAGEMENT_URL, or none.',
    );
  }
  return undefined;
}

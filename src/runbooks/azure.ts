import type { TokenCredential } from '@azure/identity'

/** A failure of Azure in one shape, whichever of its clients it came from. */
export type AzureFailure = {
	code: string
	statusCode?: number
	message: string
	/** Of a refusal for too many requests: which limit was met, and the wait that Azure asks for. */
	target?: string
	retryAfterSeconds?: number
	/** A try of the request got no answer, or an internal error for one: Azure may have done what it asked for. */
	answerLost?: true
}

/** A management client of any `@azure/arm-*` package. */
export type ArmClient<Client> = new (credential: TokenCredential, subscriptionId: string, options: object) => Client

/** `AutomationClient` of `@azure/arm-automation`: a client of the generation before. */
export type AutomationClientClass<Client> = new (
	credential: TokenCredential,
	subscriptionId: string,
	countType: 'status',
	options: object,
) => Client

/** An application that signs in to Azure with a secret. */
export type ServicePrincipal = { tenantId: string; clientId: string; clientSecret: string }

/** What an operation that `wait` begins has to be given, as the last argument of the client's function. */
export type OperationOptions = {
	abortSignal: AbortSignal
	/** Milliseconds. */
	updateIntervalInMs: number
}

/** A long-running operation, as the functions of the clients return it. */
export type LongRunningOperation<Result> = { pollUntilDone(options: { abortSignal: AbortSignal }): Promise<Result> }

/** Terms that a runbook may set for its own requests. */
export type AzureTerms = {
	/** Ends requests and waits in the place of the job's signal: to clean up after the job was stopped, as long as its stopGraceSeconds last. */
	signal?: AbortSignal
	/** Longest wait that Azure may ask for before a repetition; a request that has to wait longer fails at once. */
	throttleWaitSeconds?: number
}

/** What runbooks ask of Azure. Every client made here ends its waiting when the job is stopped. */
export type Azure = {
	/**
	 * One client per class and subscription and job. Throws an Error when the subscription id is malformed.
	 * A request is refused that takes longer than 30 s, or that Azure wants repeated only after more than two minutes.
	 */
	client<Client>(type: ArmClient<Client>, subscriptionId: string): Client
	/**
	 * The same for `AutomationClient` of `@azure/arm-automation`, which is built in another way. Requests that fail in passing are sent again
	 * where that can do no harm: those that only read, and those that Azure turned away.
	 */
	automationClient<Client>(type: AutomationClientClass<Client>, subscriptionId: string): Client
	/**
	 * Begins a long-running operation and waits for its end:
	 * `await azure.wait((options) => compute.virtualMachines.start(resourceGroup, name, options))`.
	 * Ends at once with an AbortError when the job is stopped or `signal` aborts; what was begun goes on in Azure.
	 * Begin operations in no other way: one that nobody waits for can end the process when it fails.
	 */
	wait<Result>(begin: (options: OperationOptions) => LongRunningOperation<Result>, signal?: AbortSignal): Promise<Result>
	/** The normalised failure behind any error that an Azure client threw. Its message is made for people. */
	failure(error: unknown): AzureFailure
	/** The same identity under other terms. */
	with(terms: AzureTerms): Azure
}

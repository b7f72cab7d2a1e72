import { type Alert, defineRunbook } from 'runhook'
import { type CaptureInput, describeInput, InputError, readCaptureInput } from './lib/capture/capture-input.ts'
import { captureOnAlert } from './lib/capture/capture-on-alert.ts'
import { type CaptureContext, captureParameters, jobSeconds } from './lib/capture/capture-parameters.ts'
import { checkSubscriptions } from './lib/capture/check-subscriptions.ts'
import { runCapture } from './lib/capture/run-capture.ts'

export default defineRunbook({
	description: 'Captures the packets of a virtual machine with Network Watcher, on an alert or on a request for one capture.',
	parameters: captureParameters,
	// An alert captures one machine after the other, each for up to five hours.
	timeoutSeconds: jobSeconds,
	// Enough to end the capture when the job is stopped.
	stopGraceSeconds: 75,
	logProgress: true,
	async run(context) {
		const { WebhookData: request, MaxThrottleWaitSeconds } = context.parameters
		if (!request) throw new Error('Runbook meant to be started only from webhook.')
		const body = request.json()
		const azure = context.azure.with({ throttleWaitSeconds: MaxThrottleWaitSeconds })
		const alert = request.alert()
		if (!isRequest(alert)) return captureOnAlert(context, azure, alert)

		const input = readInput(context, body)
		context.output(describeInput(input))
		checkPlace(context, input)
		const order = {
			subscriptionId: input.subscriptionId,
			watcherGroup: input.networkWatcherResourceGroup,
			watcherName: input.networkWatcherName,
			captureName: input.packetCaptureName,
			target: input.targetVM,
			storageId: input.storageID,
			timeLimitSeconds: input.timeLimit,
		}
		return runCapture({ context, azure, order })
	},
})

/** Whether it is no alert: a request for one capture, or what is meant to be one. */
function isRequest({ kind }: Alert): boolean {
	return kind === 'capture-request' || kind === 'unknown'
}

/** The request with all values checked. What is wrong with them is told before the Error that names them. */
function readInput({ parameters, error }: CaptureContext, body: unknown): CaptureInput {
	try {
		return readCaptureInput(body, { storageOptional: parameters.FilePath !== undefined })
	} catch (thrown) {
		if (thrown instanceof InputError) for (const fault of thrown.faults) error(fault)
		throw thrown
	}
}

/** A request names its subscription itself. It is bound to one only where the webhook says so. */
function checkPlace({ parameters }: CaptureContext, { subscriptionId, targetVM }: CaptureInput): void {
	const isBound = parameters.SubscriptionId !== undefined || parameters.AllowedSubscriptions.length > 0
	if (isBound) checkSubscriptions(parameters, [targetVM, { ...targetVM, subscriptionId }])
}

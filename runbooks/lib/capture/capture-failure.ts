// The words for what Azure refused, where they are about captures; the others are the kit's own. Pure.
import type { AzureFailure } from 'runhook'
import type { CaptureOrder } from './capture-order.ts'

/** A failure in its final words. It names no cause: what the clients throw may quote links that work like passwords. */
export class CaptureError extends Error {
	override name = 'CaptureError'
}

export function limitText({ watcherName }: CaptureOrder, count: number, limit: number): string {
	return `Network Watcher ${watcherName} already holds ${count} of ${limit} packet captures: delete finished ones or raise PacketCaptureLimit.`
}

export function watcherMissing({ watcherName, watcherGroup }: { watcherName: string; watcherGroup: string }): string {
	return `Network Watcher '${watcherName}' was not found in resource group '${watcherGroup}'.`
}

/** Whether Azure refused one capture more. Its code for this is not documented, its words are. */
export function isOverLimit({ statusCode, message }: AzureFailure): boolean {
	return [400, 409, 429].includes(statusCode ?? 0) && /more than|limit/i.test(message) && /packet ?captures?/i.test(message)
}

/** Whether it may be tried again because another operation is in the way. */
export function isBusy({ statusCode, code, message }: AzureFailure): boolean {
	if (statusCode !== 409 && statusCode !== 429) return false
	return code === 'AnotherOperationInProgress' || /another operation\b.*\bin progress/i.test(message)
}

/** Whether Azure has a capture of this name already, by the code or in words: neither is documented. */
export function isTaken({ statusCode, code, message }: AzureFailure): boolean {
	return statusCode === 409 && (/AlreadyExists$/.test(code) || /already exists/i.test(message))
}

/** Whether a look at machine and Network Watcher may tell more than Azure did about a capture that was not made. */
export function isUnexplained(failure: AzureFailure, error: unknown): boolean {
	if (isOverLimit(failure) || isBusy(failure) || failure.code === 'InvalidRequestFormat') return false
	return failedByOperation(error) || [400, 404, 409].includes(failure.statusCode ?? 0)
}

/** Whether it was the operation that failed, and not the request for it. */
function failedByOperation(error: unknown): boolean {
	return error instanceof Error && /^(The long-running operation has failed|Operation was canceled)/.test(error.message)
}

/** The failure in a sentence, its code behind it. */
export function failureSentence(failure: AzureFailure): string {
	return `${wording(failure)} (${failure.code})`
}

function wording({ statusCode, code, message, target, retryAfterSeconds }: AzureFailure): string {
	if (statusCode === 403)
		return message.replace(/: it needs a role that allows this\.$/, ': needs Network Contributor on the watcher (and read on the VM).')
	if (statusCode === 429 && code !== 'AnotherOperationInProgress' && !message.startsWith('Azure throttles')) {
		const when = retryAfterSeconds === undefined ? 'retry later' : `retry after ${retryAfterSeconds} s`
		return `Azure throttles this subscription${target ? ` (${target})` : ''}: ${when}.`
	}
	if (statusCode === 400 && code === 'InvalidRequestFormat')
		return `Azure refused the capture request: ${message}${/[.!?]$/.test(message) ? '' : '.'}`
	return message
}

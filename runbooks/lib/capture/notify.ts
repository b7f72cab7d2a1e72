// Step 5: the result goes to whoever wants it.
import type { CaptureContext } from './capture-parameters.ts'
import type { CaptureReport } from './capture-report.ts'

const notifyTimeMax = 30_000

/** POSTs the report. A failure is a warning: the capture was made. The address may hold a key, so only its host is told. */
export async function notify({ warning, signal }: CaptureContext, url: string, report: CaptureReport): Promise<void> {
	const host = URL.parse(url)?.host ?? 'NotifyUrl'
	try {
		const response = await fetch(url, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(report),
			// A redirect would make a GET of it.
			redirect: 'manual',
			signal: AbortSignal.any([signal, AbortSignal.timeout(notifyTimeMax)]),
		})
		await response.body?.cancel()
		if (!response.ok) warning(`The notification failed: ${host} answered ${response.status}.`)
	} catch (error) {
		const { name, message, cause } = error as Error
		const reason =
			name === 'TimeoutError' ? `it took more than ${notifyTimeMax / 1000} s` : cause instanceof Error ? cause.message : message
		warning(`The notification failed: ${host}: ${reason}.`)
	}
}

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
		warning(`The notification failed: ${host}: ${reasonOf(error as Error)}.`)
	}
}

/** Why there is no answer, in words of our own or as a code: the texts of errors may quote the address. */
function reasonOf({ name, cause }: Error): string {
	if (name === 'TimeoutError') return `it took more than ${notifyTimeMax / 1000} s`
	if (name === 'AbortError') return 'the job was stopped'
	const { code } = (cause ?? {}) as NodeJS.ErrnoException
	return typeof code === 'string' ? code : 'the request could not be sent'
}

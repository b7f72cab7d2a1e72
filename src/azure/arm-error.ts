/** The error in an answer of Azure Resource Manager. */
export type ArmError = {
	code: string
	message: string
	/** Which limit was met, where a limit was met. */
	target?: string
	/** By which Microsoft's support finds the request. */
	correlationId?: string
}

/** Reads the error out of a body: mostly under `error`, but at the top where Microsoft.Compute throttles. */
export function readArmError(bodyText: string | null | undefined): ArmError | undefined {
	const body = jsonObject(bodyText)
	const error = isObject(body?.error) ? body.error : body
	const { code, message, details } = error ?? {}
	if (typeof code !== 'string' || typeof message !== 'string') return undefined
	const first: unknown = Array.isArray(details) ? details[0] : undefined
	const target = isObject(first) ? first.target : undefined
	return typeof target === 'string' ? { code, message, target } : { code, message }
}

/** Whether this is the answer to a poll that reports a failed operation. Looks before it parses: lists can have megabytes. */
export function reportsFailedOperation(bodyText: string | null | undefined): boolean {
	if (!bodyText || !/"status"\s*:\s*"[^"]*fail/i.test(bodyText)) return false
	const status = jsonObject(bodyText)?.status
	return typeof status === 'string' && /fail/i.test(status)
}

function jsonObject(text: string | null | undefined): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text ?? '')
		return isObject(value) ? value : undefined
	} catch {
		return undefined
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
}

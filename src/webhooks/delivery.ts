/** A call of a webhook as it is kept: what came, and what became of it. Times are milliseconds since 1970. */
export type Delivery = DeliverySummary & {
	/** As WebhookData has them, without what carries credentials. */
	headers: Record<string, string>
	/** null where it was not read. */
	body: Uint8Array | null
}

export type DeliverySummary = {
	deliveryId: string
	webhookName: string
	/** A sender's call, a trial of the operator, or a delivery that the operator sent again. */
	kind: 'call' | 'test' | 'replay'
	time: number
	/** From the request's head to the answer. */
	durationMicroseconds: number
	/** The HTTP status of the answer. */
	status: number
	/** Of a refusal: its code. */
	code: string | null
	/** Why, in words for the operator: more than the caller was told. */
	reason: string | null
	/** Whether the job was made by the same delivery before. */
	isRepeated: boolean
	/** Whether it made no job because one of its concurrency key had not ended: that one is its job. */
	isSkipped: boolean
	sourceAddress: string | null
	jobId: string | null
	/** null where the body was not read. */
	bodyBytes: number | null
}

/** Whether it was refused. */
export function isRefused({ status }: Pick<Delivery, 'status'>): boolean {
	return status >= 400
}

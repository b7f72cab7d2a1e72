import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import type { Delivery, DeliverySummary } from '../webhooks/delivery.ts'
import { timeSchema, timeText, typeOf } from './wire.ts'

const summaryMembers = {
	deliveryId: z.string(),
	kind: z.enum(['call', 'test', 'replay']).describe("A sender's call, a trial through this API, or a delivery sent again."),
	time: timeSchema,
	durationMilliseconds: z.number().describe("From the request's head to the answer."),
	status: z.int().describe('The HTTP status of the answer.'),
	code: z.string().nullable().describe('Of a refusal: its code.'),
	reason: z.string().nullable().describe('Why, in more words than the sender was told; in observe mode what would have been refused.'),
	isRepeated: z.boolean().describe('The same delivery came before: it was answered with the job that it made then.'),
	isSkipped: z.boolean().describe('It made no job, because one of its concurrency key had not ended: it was answered with that one.'),
	sourceAddress: z.string().nullable(),
	jobId: z.string().nullable(),
	bodyBytes: z.int().nullable().describe('null where the body was not read.'),
}
const envelope = { id: z.string(), name: z.string(), type: z.string() }
export const deliverySummarySchema = z.object({ ...envelope, properties: z.object(summaryMembers) }).meta({ id: 'DeliverySummary' })
export const deliverySchema = z
	.object({
		...envelope,
		properties: z.object({
			...summaryMembers,
			headers: z.record(z.string(), z.string()).describe('Without those that carry credentials; what is likely a secret is ***.'),
			body: z.string().nullable(),
			bodyEncoding: z.enum(['utf-8', 'base64']).describe('base64 where the body is not UTF-8.'),
		}),
	})
	.meta({ id: 'Delivery' })

/** A delivery in the answers of the API: in lists, and by itself. */
export type DeliverySummaryBody = z.infer<typeof deliverySummarySchema>
export type DeliveryBody = z.infer<typeof deliverySchema>

function summaryProperties({ webhookName: _, durationMicroseconds, time, ...rest }: DeliverySummary): DeliverySummaryBody['properties'] {
	return { ...rest, time: timeText(time), durationMilliseconds: durationMicroseconds / 1_000 }
}

function envelopeOf({ webhookName, deliveryId }: DeliverySummary, accountPath: string) {
	const id = `${accountPath}/webhooks/${encodeURIComponent(webhookName)}/deliveries/${deliveryId}`
	return { id, name: deliveryId, type: typeOf('Webhooks/Deliveries') }
}

/** A delivery as lists have it. */
export function deliverySummaryBody(delivery: DeliverySummary, accountPath: string): DeliverySummaryBody {
	return { ...envelopeOf(delivery, accountPath), properties: summaryProperties(delivery) }
}

/** A delivery in Azure's envelope. */
export function deliveryBody(delivery: Delivery, accountPath: string): DeliveryBody {
	const { headers, body: bytes, ...summary } = delivery
	const bodyEncoding = bytes === null || isUtf8(bytes) ? 'utf-8' : 'base64'
	const body = bytes && Buffer.from(bytes).toString(bodyEncoding)
	return { ...envelopeOf(delivery, accountPath), properties: { ...summaryProperties(summary), headers, body, bodyEncoding } }
}

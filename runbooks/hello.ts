import { defineRunbook, type ReceivedWebhookData, WebhookData, z } from 'runhook'

export default defineRunbook({
	description: 'Says hello, to the name in the JSON body of a webhook call or in the parameter.',
	parameters: z.object({
		name: z.string().optional().describe('Who is greeted; "world" when left out.'),
		WebhookData: WebhookData.optional(),
	}),
	run({ parameters, output }) {
		const name = parameters.WebhookData ? nameInBody(parameters.WebhookData) : parameters.name
		output(`Hello, ${name ?? 'world'}!`)
	},
})

/** The `name` of a JSON object in the body; a body that is anything else counts as no name. */
function nameInBody(request: ReceivedWebhookData): string | undefined {
	const body = z.object({ name: z.string() }).safeParse(jsonOrUndefined(request))
	return body.success ? body.data.name : undefined
}

function jsonOrUndefined(request: ReceivedWebhookData): unknown {
	try {
		return request.json()
	} catch {
		return undefined
	}
}

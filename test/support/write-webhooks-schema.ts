// node test/support/write-webhooks-schema.ts && npm run fix : makes src/webhooks/webhooks.schema.json anew.
import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { webhooksFileSchema } from '../../src/webhooks/webhooks-file.ts'

export const schemaFile = new URL('../../src/webhooks/webhooks.schema.json', import.meta.url)

/** The JSON Schema of webhooks.json, for editors. */
export function webhooksSchema(): Record<string, unknown> {
	const { $schema, ...rest } = z.toJSONSchema(webhooksFileSchema, { io: 'input' })
	return {
		$schema,
		$id: 'urn:runhook:webhooks.schema.json',
		title: 'The webhooks of a Runhook installation',
		...JSON.parse(JSON.stringify(rest)),
	}
}

if (import.meta.main) writeFileSync(schemaFile, `${JSON.stringify(webhooksSchema(), null, '\t')}\n`)

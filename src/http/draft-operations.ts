import { z } from 'zod'
import type { Log } from '../log.ts'
import { noDraft, noSuchRunbook, type RunbookParts, replaceDraft, undoEdit } from '../runbooks/manage-runbook.ts'
import { fileTimes, findRunbookFiles, readRunbookFile } from '../runbooks/runbook-folder.ts'
import { type Operation, operation, worded } from './operation.ts'
import { draftBody, draftSchema } from './runbook-body.ts'
import { done } from './runbook-operations.ts'

type Parts = { managing: RunbookParts; accountPath: string; publicUrl: () => string; log: Log }

const path = '/runbooks/{runbook}/draft'

/** The draft of a runbook: its file beside the published one. No job but a test job is started with it until it is published. */
export function draftOperations(parts: Parts): Operation[] {
	return [getOperation(parts), getContentOperation(parts), replaceOperation(parts), resultOperation(), undoOperation(parts)]
}

function getOperation({ managing }: Parts): Operation {
	return operation(
		{
			operationId: 'RunbookDraft_Get',
			action: 'runbooks/draft/read',
			method: 'get',
			path,
			summary: 'Get what the draft of a runbook declares.',
			answers: { 200: { description: 'The draft; inEdit is false when there is none.', schema: draftSchema } },
		},
		async ({ names }) => {
			const files = await findRunbookFiles(managing.folder, names.runbook!)
			if (!files) return worded(noSuchRunbook(names.runbook!))
			const inspected =
				files.draft === undefined ? await managing.runbooks.find(files.name) : await managing.drafts.find(files.name, files.draft)
			const declared = inspected && 'content' in inspected ? inspected.content.definition : inspected
			const times = await fileTimes(files.draft ?? files.published!)
			if (!times) return worded(noSuchRunbook(names.runbook!))
			return { status: 200, json: draftBody(files, declared, times) }
		},
	)
}

function getContentOperation({ managing }: Parts): Operation {
	return operation(
		{
			operationId: 'RunbookDraft_GetContent',
			action: 'runbooks/draft/content/read',
			method: 'get',
			path: `${path}/content`,
			summary: 'Get the text of the draft.',
			answers: { 200: { description: 'The text.', mediaType: 'text/plain' } },
		},
		async ({ names }) => {
			const files = await findRunbookFiles(managing.folder, names.runbook!)
			if (!files) return worded(noSuchRunbook(names.runbook!))
			const text = files.draft === undefined ? undefined : await readRunbookFile(files.draft)
			if (text === undefined) return worded({ ...noDraft(files.name), kind: 'notFound' })
			return { status: 200, text, headers: { 'Content-Type': 'text/plain; charset=utf-8' } }
		},
	)
}

function replaceOperation({ managing, accountPath, publicUrl }: Parts): Operation {
	return operation(
		{
			operationId: 'RunbookDraft_ReplaceContent',
			action: 'runbooks/draft/content/write',
			method: 'put',
			path: `${path}/content`,
			summary: 'Put the text of the draft.',
			body: z.string(),
			bodyIsText: true,
			answers: { 202: { description: 'It is kept. Location says so once more, for clients that ask there.' } },
		},
		async ({ names, body }) => {
			const outcome = await replaceDraft(managing, names.runbook!, body)
			if (outcome.kind !== 'done') return worded(outcome)
			const Location = `${publicUrl()}${accountPath}/runbooks/${outcome.name}/draft/operationResults/replaceContent`
			return { status: 202, headers: { Location } }
		},
	)
}

/** The official client asks here until it gets an object: an empty answer would make it read the draft as JSON. */
function resultOperation(): Operation {
	return operation(
		{
			operationId: 'RunbookDraft_GetOperationResult',
			action: 'runbooks/draft/operationResults/read',
			method: 'get',
			path: `${path}/operationResults/{operationResult}`,
			summary: 'How putting the text of a draft ended: always well, once it was answered.',
			answers: { 200: { description: 'The result.', schema: z.object({ status: z.literal('Succeeded') }) } },
		},
		() => ({ status: 200, json: { status: 'Succeeded' } }),
	)
}

function undoOperation({ managing, log }: Parts): Operation {
	return operation(
		{
			operationId: 'RunbookDraft_UndoEdit',
			action: 'runbooks/draft/undoEdit/action',
			method: 'post',
			path: `${path}/undoEdit`,
			summary: 'Throw the draft away; what is published stays.',
			answers: { 200: { description: 'It is gone.', schema: z.object({ statusCode: z.string(), requestId: z.string().nullable() }) } },
		},
		async ({ names, request }) => {
			const requestId = request.headers['x-ms-client-request-id'] ?? null
			const change = { log, runbookName: names.runbook!, change: 'draft thrown away' }
			return done(await undoEdit(managing, names.runbook!), { status: 200, json: { statusCode: 'OK', requestId } }, change)
		},
	)
}

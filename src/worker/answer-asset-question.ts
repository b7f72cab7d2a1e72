import type { AssetSource } from '../assets/asset-source.ts'
import type { AssetStore } from '../assets/asset-store.ts'
import { patchVariable } from '../assets/manage-variable.ts'
import type { SecretKeys } from '../assets/secret-keys.ts'
import type { SecretMask } from '../assets/secret-mask.ts'
import { secretTexts } from '../assets/secret-texts.ts'
import type { Clock } from '../clock.ts'
import { ASSET_USES_MAX, VARIABLE_LENGTH_MAX } from '../limits.ts'
import type { Answer, AssetQuestion } from '../sandbox/sandbox-protocol.ts'
import type { NoteAssetUse } from './note-asset-use.ts'

/** What jobs have of the account's assets. */
export type JobAssets = {
	store: Pick<AssetStore, 'get' | 'create' | 'change'>
	noteUse: NoteAssetUse
	source: Pick<AssetSource, 'variable' | 'credential' | 'missingText'>
	/** Where nothing is kept: has a value stand for that of the surroundings from now on. */
	override?: (name: string, json: string) => void
	keys: Pick<SecretKeys, 'seal'>
}

export type AnswerParts = {
	jobId: string
	assets: JobAssets
	/** Of the process that asks: what it is told is masked from then on. */
	secrets: SecretMask
	clock: Clock
}

/** Answers what a job asks about the assets of the account, and records that it did. Throws a StoreUnavailableError. */
export async function answerAssetQuestion(question: AssetQuestion, parts: AnswerParts): Promise<Answer> {
	switch (question.about) {
		case 'variable.get':
			return readVariable(question.name, parts)
		case 'variable.set':
			return setVariable(question, parts)
		case 'credential.get':
			return readCredential(question.name, parts)
	}
}

async function readVariable(name: string, parts: AnswerParts): Promise<Answer> {
	const found = await parts.assets.source.variable(name)
	if (!found) return { fault: await parts.assets.source.missingText('variable', name) }
	const { json, isSecret, source } = found
	const fault = await hand(
		{ kind: 'variable', name: found.name, access: 'read', source, isSecret },
		isSecret ? secretTexts(json) : [],
		parts,
	)
	return fault ?? { json }
}

async function readCredential(name: string, parts: AnswerParts): Promise<Answer> {
	const found = await parts.assets.source.credential(name)
	if (!found) return { fault: await parts.assets.source.missingText('credential', name) }
	const { userName, password, source } = found
	const use = { kind: 'credential', name: found.name, access: 'read', source, isSecret: true } as const
	const fault = await hand(use, secretTexts(JSON.stringify(password)), parts)
	return fault ?? { json: JSON.stringify({ userName, password }) }
}

async function setVariable({ name, json }: { name: string; json: string }, parts: AnswerParts): Promise<Answer> {
	const { secrets, clock } = parts
	const { source, store, keys, override } = parts.assets
	const found = await source.variable(name)
	if (!found) return { fault: await source.missingText('variable', name) }
	if (found.source !== 'store' && !override)
		return {
			fault: `Variable '${name}' comes from the ${found.source === 'file' ? 'secrets folder' : 'environment'}: a job cannot set it.`,
		}
	if (json.length > VARIABLE_LENGTH_MAX) return { fault: `The value of a variable has at most ${VARIABLE_LENGTH_MAX} characters.` }
	// Everyone who manages the account can read it there.
	if (!found.isSecret && secrets.json(json) !== json)
		return { fault: `Variable '${found.name}' is not encrypted: a secret that this job has read cannot be its value.` }
	const use = { kind: 'variable', name: found.name, access: 'write', source: found.source, isSecret: found.isSecret } as const
	const fault = await hand(use, found.isSecret ? secretTexts(json) : [], parts)
	if (fault) return fault
	if (override) {
		override(found.name, json)
		return { json: null }
	}
	// It may have been deleted and made anew since: what is meant to be encrypted must not be written as it is.
	const outcome = await patchVariable({ store, keys, now: clock.now() }, { name: found.name, value: json, isEncrypted: found.isSecret })
	return 'message' in outcome ? { fault: outcome.message } : { json: null }
}

/** Records a use and has secrets masked; or says why the job must not have them. In this order: what was handed over is always on record. */
async function hand(
	use: Parameters<NoteAssetUse>[1],
	texts: string[],
	{ jobId, assets, secrets, clock }: AnswerParts,
): Promise<{ fault: string } | undefined> {
	const noted = await assets.noteUse(jobId, use, clock.now())
	if (noted === 'tooMany') return { fault: tooManyUsesText }
	return secrets.add(texts) ? undefined : { fault: unmaskableText(use.kind, use.name) }
}

export const tooManyUsesText = `A job uses at most ${ASSET_USES_MAX} different assets.`

export function unmaskableText(kind: 'variable' | 'credential', name: string): string {
	return `The value of ${kind} '${name}' is more than can be masked beside what this job has read.`
}

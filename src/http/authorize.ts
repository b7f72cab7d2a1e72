import { mayDo, type Principal } from '../access/principal.ts'
import { actionName, rolesWith } from '../access/role.ts'
import type { Caller } from './authenticate.ts'
import type { Refused } from './error-response.ts'
import type { Operation } from './operation.ts'
import { resourceOf } from './resource.ts'

/** The refusal of callers who are nobody known; undefined of all others. */
export function unknownRefusal(caller: Caller, { forWebhookToken }: Pick<Partial<Operation>, 'forWebhookToken'> = {}): Refused | undefined {
	switch (caller.kind) {
		case 'manager':
		case 'webhook':
			return undefined
		case 'nobody':
			return { refused: 'Unauthorized', message: unauthorizedText(caller, forWebhookToken) }
		case 'tooMany':
			return {
				refused: 'TooManyRequests',
				message: `Too many wrong tokens came from this address. Try again in ${caller.retryAfterSeconds} s.`,
				retryAfterSeconds: caller.retryAfterSeconds,
			}
		case 'unavailable':
			return {
				refused: 'ServiceUnavailable',
				message: 'The keys of Entra ID cannot be had, so the token cannot be checked. Try again later.',
			}
	}
}

function unauthorizedText({ presented, message }: Extract<Caller, { kind: 'nobody' }>, forWebhookToken: true | undefined): string {
	if (presented) return message ?? 'The token in the Authorization header is not valid here.'
	return forWebhookToken
		? 'A bearer token is needed: the management token, or the token of the webhook that started the job.'
		: 'A management token is needed, as Authorization: Bearer <token>.'
}

/** The refusal of a known caller who may not do this; undefined where they may. */
export function roleRefusal(
	caller: Caller,
	operation: Pick<Operation, 'action' | 'path' | 'inAccount' | 'forWebhookToken'>,
	{ accountPath, names }: { accountPath: string; names: Record<string, string> },
): Refused | undefined {
	if (caller.kind === 'webhook' && !operation.forWebhookToken)
		return { refused: 'Forbidden', message: "The token of a webhook shows the status of the webhook's jobs and nothing else." }
	if (caller.kind !== 'manager' || mayDo(caller.principal, operation.action)) return undefined
	const resource = operation.inAccount === false ? '' : resourceOf(operation, names)
	return {
		refused: 'AuthorizationFailed',
		message: forbiddenText(caller.principal, operation, `${accountPath}${resource && `/${resource}`}`),
	}
}

/** Azure's words: people and scripts know them. After them, what would help. */
function forbiddenText({ kind, name, roles }: Principal, { action }: Pick<Operation, 'action'>, scope: string): string {
	const client = kind === 'entra' ? `The client '${name}' with object id '${name}'` : `The client '${name}'`
	const held = roles.length > 0 ? `has the role ${roles.join(', ')}` : 'has no role here'
	return (
		`${client} does not have authorization to perform action '${actionName(action)}' over scope '${scope}' or the scope is invalid. ` +
		`It ${held}; the action is allowed to ${rolesWith(action).join(', ')}.`
	)
}

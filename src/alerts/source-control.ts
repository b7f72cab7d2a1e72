// Events of GitHub and of Azure DevOps:
// https://docs.github.com/webhooks/webhook-events-and-payloads,
// https://learn.microsoft.com/azure/devops/service-hooks/events

import type { Message, Reading } from './alert.ts'
import { instantOf } from './instant.ts'
import { firstText, member, textOf } from './json-member.ts'

/** Reads an event of GitHub, whose name stands in a header. */
export function readGithubEvent({ body }: Message, event: string): Reading & { conclusion: string | null } {
	return {
		subkind: textOf(member(body, 'action')),
		// `workflow_run.name` may be empty.
		rules: event === 'workflow_run' ? [firstText(member(body, 'workflow', 'name'), member(body, 'workflow_run', 'name'))] : [],
		// The run, job, suite or check is a member that is called as the event.
		conclusion: textOf(member(body, event, 'conclusion')),
	}
}

/** Reads an event of a service hook of Azure DevOps. */
export function readDevopsEvent({ body }: Message): Reading {
	return {
		subkind: textOf(member(body, 'eventType')),
		rules: [textOf(member(body, 'resource', 'definition', 'name'))],
		firedAt: instantOf(member(body, 'createdDate')),
		description: firstText(member(body, 'message', 'text'), member(body, 'detailedMessage', 'text')),
	}
}

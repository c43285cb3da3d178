//! An answer costs once, and only when it was given.

use super::{Account, Answering, Findings, History, Marker, Promise, Role};

pub(super) fn check(history: &History, found: &mut Findings) {
    for account in &history.accounts {
        billed(history, account, found);
        balances(account, found);
    }
    model_calls(history, found);
    for leak in &history.calls.leaks {
        found.broken(Promise::Fenced, format!("a prompt held {leak}"));
    }
}

fn billed(history: &History, account: &Account, found: &mut Findings) {
    let of_tenant = history.conversations.iter().filter(|conversation| conversation.tenant == account.tenant);
    let answers = of_tenant.flat_map(|conversation| &conversation.stored);
    let given = answers.filter(|message| message.role == Role::Assistant).count();
    if u64::try_from(given) != Ok(account.billed) {
        let what =
            format!("tenant {} was given {given} answers and billed {}", account.tenant, account.billed);
        found.broken(Promise::BilledOnce, what);
    }
    let last = account.balances.last().map(|balance| balance.used);
    if last.is_some_and(|used| used != account.billed_in_period) {
        let Account { tenant, billed_in_period, .. } = account;
        let what = format!("tenant {tenant} used {last:?} by its balance, {billed_in_period} by its rows");
        found.broken(Promise::BilledOnce, what);
    }
}

fn balances(account: &Account, found: &mut Findings) {
    for balance in &account.balances {
        let over = balance.limit.is_some_and(|limit| balance.used > limit);
        if over || balance.left.is_some_and(|left| left < 0) {
            found.broken(Promise::BilledOnce, format!("tenant {} went over: {balance:?}", account.tenant));
        }
    }
}

/// Every answer through the model rests on a call that was completed.
fn model_calls(history: &History, found: &mut Findings) {
    let by_model =
        history.conversations.iter().filter(|conversation| conversation.answering == Answering::Model);
    let answers = by_model.flat_map(|conversation| &conversation.stored);
    for answer in answers.filter(|message| message.role == Role::Assistant) {
        for marker in Marker::all(&answer.text) {
            if history.calls.completed.get(&marker.to_string()).is_none_or(|calls| *calls == 0) {
                found.broken(
                    Promise::BilledOnce,
                    format!("{marker} is billed, but no call for it was completed"),
                );
            }
        }
    }
}

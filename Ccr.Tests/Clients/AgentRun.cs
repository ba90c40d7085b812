namespace Ccr.Tests.Clients;

/// <summary>What an agent made of one prompt.</summary>
/// <param name="Succeeded">It exited well and says itself that the turn succeeded.</param>
/// <param name="Text">Its final text, or its error.</param>
/// <param name="Tools">The tools that it ran, in order.</param>
/// <param name="Process">The program's end and its raw output.</param>
internal sealed record AgentRun(bool Succeeded, string Text, IReadOnlyList<ToolUse> Tools, ProcessOutcome Process)
{
    /// <summary>All that helps to understand a failure.</summary>
    public string Explain() => $"exit {Process.ExitCode}{(Process.TimedOut ? " (killed at the time limit)" : "")}, text: {Text}\ntools: {string.Join(", ", Tools)}\nstderr: {Process.Error}\nstdout: {Process.Output}";
}

using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Hosting.Running;

/// <summary>
/// Starts each process under a guard: a shell that holds the other end of a pipe to the AppHost. When the pipe closes, because the
/// AppHost asks for the end or because it was killed, the guard sends SIGTERM, and SIGKILL ten seconds later. So no process outlives
/// the AppHost, whatever program it is. The guard has a session of its own (setsid) where the machine can do that: Ctrl-C in the
/// terminal then reaches the AppHost alone, which stops the others in order. On Windows there is no guard: the process itself is told
/// (<see cref="ParentPipe"/>) to watch its standard input.
/// </summary>
internal sealed class GuardedProcessLauncher : IProcessLauncher
{
    /// <summary>Set to 1: standard input is a pipe from the parent, and its end means "stop".</summary>
    public const string ParentPipe = "CCR_PARENT_PIPE";

    private const string GuardInput = "CCR_GUARD_INPUT";

    // fd 3 is the pipe. Background commands of a shell without job control ignore SIGINT and read /dev/null. The loop with kill -0
    // is there because a trapped signal ends `wait` before the process does.
    private const string Guard =
        """
        exec 3<&0 </dev/null
        input=$CCR_GUARD_INPUT
        unset CCR_GUARD_INPUT
        if [ -n "$input" ]; then
            printf '%s\n' "$input" | "$@" 3<&- &
        else
            "$@" 3<&- &
        fi
        child=$!
        input=
        trap 'kill -TERM "$child" 2>/dev/null' TERM INT HUP
        (
            trap - TERM INT HUP
            while read -r _ <&3; do :; done
            kill -TERM "$child"
            steps=0
            while [ "$steps" -lt 100 ] && kill -0 "$child"; do sleep 0.1; steps=$((steps + 1)); done
            kill -KILL "$child"
        ) >/dev/null 2>&1 &
        watcher=$!
        exec 3<&-
        wait "$child"
        code=$?
        while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
        kill "$watcher" 2>/dev/null
        exit "$code"
        """;

    private static readonly string? Shell = OperatingSystem.IsWindows() ? null : "/bin/sh";
    private static readonly string? NewSession = OperatingSystem.IsWindows() ? null : Programs.Find("setsid", Environment.CurrentDirectory);

    public IChildProcess Start(ChildSpec spec, Action<string> onLine)
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var variable in ChildSpec.NotInherited)
        {
            start.Environment.Remove(variable);
        }

        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        var command = new List<string>();
        if (Shell is not null)
        {
            command.AddRange(NewSession is null ? [] : [NewSession]);
            command.AddRange([Shell, "-c", Guard, "ccr-guard"]);
            start.Environment[GuardInput] = spec.Input ?? "";
        }
        else
        {
            start.Environment[ParentPipe] = "1";
        }

        command.Add(spec.FileName);
        command.AddRange(spec.Arguments);
        start.FileName = command[0];
        command.Skip(1).ToList().ForEach(start.ArgumentList.Add);
        try
        {
            return new GuardedProcess(Process.Start(start)!, onLine);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new DistributedApplicationException($"{spec.FileName} cannot be started: {e.Message}", e);
        }
    }
}

using System.Diagnostics;

namespace Aspire.Hosting.Running;

/// <summary>
/// One small shell that outlives the AppHost by a moment. It is told the ids of the running children through a pipe. The system closes the
/// pipe when the AppHost ends, in whatever way: then the shell sends SIGTERM to those that are left, and SIGKILL five seconds later. So no
/// process outlives the AppHost, whatever program it is. The children are not started through a shell, because shells drop variables whose
/// names are no identifiers, such as <c>services__my-api__http__0</c>.
/// </summary>
internal sealed class ChildGuard : IDisposable
{
    // A child that was started by setsid leads a process group: then SIGKILL goes to its descendants too.
    private const string Script =
        """
        trap '' INT TERM HUP
        pids=' '
        while read -r what pid; do
            case $what in
            add) pids="$pids$pid " ;;
            del) pids="${pids%% $pid *} ${pids#* $pid }" ;;
            esac
        done
        for pid in $pids; do kill -TERM "$pid"; done
        steps=0
        while [ "$steps" -lt 50 ]; do
            alive=
            for pid in $pids; do kill -0 "$pid" && alive=1; done
            [ -z "$alive" ] && exit
            sleep 0.1
            steps=$((steps + 1))
        done
        for pid in $pids; do kill -KILL -"$pid" || kill -KILL "$pid"; done
        """;

    private readonly Lock _lock = new();
    private readonly HashSet<int> _children = [];
    private Process? _shell;

    /// <summary>The program that starts another in a session of its own, out of reach of the terminal's Ctrl-C; null where there is none.</summary>
    public static string? NewSession { get; } = OperatingSystem.IsWindows() ? null : Programs.Find("setsid", Environment.CurrentDirectory);

    /// <summary>Ends this child when the AppHost is gone.</summary>
    public void Add(int child)
    {
        lock (_lock)
        {
            _children.Add(child);
            Tell($"add {child}");
        }
    }

    /// <summary>The child has ended; its id may soon be another's.</summary>
    public void Remove(int child)
    {
        lock (_lock)
        {
            if (_children.Remove(child))
            {
                Tell($"del {child}");
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_shell is not null)
            {
                Close(_shell);
                _shell.Dispose();
                _shell = null;
            }
        }
    }

    private void Tell(string line)
    {
        try
        {
            _shell ??= Start();
            _shell.StandardInput.WriteLine(line);
        }
        catch (IOException)
        {
            // Somebody ended the shell: a new one learns of all that run now.
            _shell!.Dispose();
            _shell = Start();
            foreach (var child in _children)
            {
                _shell.StandardInput.WriteLine($"add {child}");
            }
        }
    }

    private static Process Start()
    {
        // Its complaints (`kill` of a process that has just ended) are for nobody.
        string[] command = [.. NewSession is null ? Array.Empty<string>() : [NewSession], "/bin/sh", "-c", $"exec >/dev/null 2>&1\n{Script}", "ccr-guard"];
        var shell = Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/", RedirectStandardInput = true })!;
        shell.StandardInput.AutoFlush = true;
        return shell;
    }

    private static void Close(Process shell)
    {
        try
        {
            shell.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }
}

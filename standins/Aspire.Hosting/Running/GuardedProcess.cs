using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Running;

/// <summary>A process behind a pipe; see <see cref="GuardedProcessLauncher"/>.</summary>
internal sealed class GuardedProcess : IChildProcess
{
    private const int LongestLine = 16 * 1024;

    /// <summary>Descendants may hold the output open after the process has ended.</summary>
    private static readonly TimeSpan LastLines = TimeSpan.FromSeconds(1);

    private const int SigTerm = 15;

    private readonly Process _process;
    private readonly ChildGuard? _guard;

    /// <summary>Without a guard the input stays open: it is what the process watches.</summary>
    public GuardedProcess(Process process, ChildGuard? guard, string? input, Action<string> onLine)
    {
        _process = process;
        _guard = guard;
        if (guard is not null)
        {
            CloseInput(input);
        }

        Exited = WaitAsync(ReadAsync(process.StandardOutput, onLine), ReadAsync(process.StandardError, onLine));
    }

    public Task<int> Exited { get; }

    public void RequestStop()
    {
        if (_guard is null)
        {
            CloseInput(null);
        }
        else if (!Exited.IsCompleted)
        {
            _ = SendSignal(_process.Id, SigTerm);
        }
    }

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It, or a descendant, has ended already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await Exited.ConfigureAwait(false);
        _process.Dispose();
    }

    // .NET can kill a process, but not ask it to stop.
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    private void CloseInput(string? text)
    {
        try
        {
            _process.StandardInput.Write(text);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already; its last lines say why.
        }
    }

    private async Task<int> WaitAsync(Task output, Task error)
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _guard?.Remove(_process.Id);
        await Task.WhenAny(Task.WhenAll(output, error), Task.Delay(LastLines)).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Reads lines; one without end is cut, so that no program can fill the AppHost's memory.</summary>
    private static async Task ReadAsync(StreamReader reader, Action<string> onLine)
    {
        var buffer = new char[4096];
        var line = new System.Text.StringBuilder();
        try
        {
            int read;
            while ((read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                foreach (var c in buffer.AsMemory(0, read).ToArray())
                {
                    if (c != '\n' && line.Length < LongestLine)
                    {
                        line.Append(c);
                        continue;
                    }

                    onLine(line.ToString().TrimEnd('\r'));
                    line.Clear();
                    if (c != '\n')
                    {
                        line.Append(c);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The process is gone.
        }

        if (line.Length > 0)
        {
            onLine(line.ToString().TrimEnd('\r'));
        }
    }
}

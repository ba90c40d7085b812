using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Stops a service whose parent is gone. A parent that starts services with <c>CCR_PARENT_PIPE=1</c> keeps their standard input open
/// as a pipe and writes nothing; the system closes it when the parent ends, in whatever way. On Linux and macOS the AppHost has a guard
/// that ends any program; on Windows the service must do it itself.
/// </summary>
public static class ParentWatch
{
    /// <summary>The variable that says that standard input is such a pipe.</summary>
    public const string Variable = "CCR_PARENT_PIPE";

    /// <summary>A service that has not stopped by itself after this is ended.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>Watches the parent when <see cref="Variable"/> is 1; does nothing otherwise.</summary>
    public static IServiceCollection AddParentWatch(this IServiceCollection services)
        => Environment.GetEnvironmentVariable(Variable) == "1"
            ? services.AddHostedService(provider => new Watcher(provider.GetRequiredService<IHostApplicationLifetime>()))
            : services;

    /// <summary>Reads until the end and then stops the application.</summary>
    private sealed class Watcher(IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            // A read from a pipe cannot be cancelled: a background thread may sit in it while the process ends.
            new Thread(Watch) { IsBackground = true, Name = "parent watch" }.Start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private void Watch()
        {
            using var input = Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[64];
            try
            {
                while (input.Read(ignored) > 0)
                {
                }
            }
            catch (IOException)
            {
                // The pipe broke: the parent is gone.
            }

            // A host that is asked to stop while it starts throws instead.
            lifetime.ApplicationStarted.WaitHandle.WaitOne(Patience);
            lifetime.StopApplication();
            if (!lifetime.ApplicationStopped.WaitHandle.WaitOne(Patience))
            {
                Environment.Exit(1);
            }
        }
    }
}

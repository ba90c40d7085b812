using Ccr.Dashboard.Web.Live;
using Microsoft.AspNetCore.Components;

namespace Ccr.Dashboard.Web.Components.Parts;

/// <summary>A component that shows the newest snapshot and is drawn again when there is a newer one.</summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private DashboardSnapshot? _shown;

    [Inject]
    internal SnapshotService Snapshots { get; set; } = null!;

    [Inject]
    internal BrowserClock Clock { get; set; } = null!;

    /// <summary>What to show.</summary>
    private protected DashboardSnapshot Now => _shown ?? Snapshots.Current;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _shown = Snapshots.Current;
        Snapshots.Changed += OnChanged;
        Clock.Changed += OnClock;
    }

    /// <summary>Whether the newer snapshot makes a difference to this component.</summary>
    private protected virtual bool Matters(DashboardSnapshot before, DashboardSnapshot after) => true;

    /// <summary>Stops listening.</summary>
    protected virtual void Dispose(bool disposing)
    {
        Snapshots.Changed -= OnChanged;
        Clock.Changed -= OnClock;
    }

    private void OnClock() => _ = InvokeAsync(StateHasChanged);

    private void OnChanged(DashboardSnapshot snapshot) => _ = InvokeAsync(() =>
    {
        var before = Now;
        if (Matters(before, snapshot))
        {
            _shown = snapshot;
            StateHasChanged();
        }
    });
}

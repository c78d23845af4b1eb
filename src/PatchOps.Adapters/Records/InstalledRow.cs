using System.Globalization;
using PatchOps.Core.Intake.Records;
using PatchOps.Domain;

namespace PatchOps.Adapters.Records;

/// <summary>One installed package as a row of our own columns.</summary>
internal static class InstalledRow
{
    public static RecordRow Of(string place, string asset, string package, string version, string? ecosystem, string? architecture, string? source, string? sourceVersion = null,
        string? cpe = null) => new(
        new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Asset"] = asset, ["Package"] = package, ["Version"] = version, ["Ecosystem"] = ecosystem, ["Architecture"] = architecture, ["Source"] = source,
            ["SourceVersion"] = sourceVersion == version ? null : sourceVersion, ["Cpe"] = cpe,
        }, place);

    public static RecordRow Bad(string place, string reason) => new(
        new Dictionary<string, string?>(), place,
        new Failure("RecordInvalid", FailureKind.InvalidInput, $"{place}: {reason}.", place, "Correct the file and import it again; the other records were kept."));

    public static string Line(string path, int number) => string.Create(CultureInfo.InvariantCulture, $"{path}, line {number}");

    /// <summary>Name of the source package in <c>openssl-3.0.7-24.el9.src.rpm</c>.</summary>
    public static string? RpmSource(string? file)
    {
        if (string.IsNullOrEmpty(file) || file == "(none)") return null;
        var parts = file.Split('-');
        return parts.Length > 2 ? string.Join('-', parts[..^2]) : null;
    }
}

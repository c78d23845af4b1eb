namespace PatchOps.Domain.Versions;

/// <summary>Whose rules decide which of two versions is older.</summary>
public enum VersionScheme
{
    /// <summary>Debian and its derivatives: <c>[epoch:]upstream[-revision]</c>, tilde sorts first (deb-version(7)).</summary>
    Dpkg,

    /// <summary>RPM: <c>[epoch:]version[-release]</c>, tilde sorts before and caret after the bare version (rpm-version(7)).</summary>
    Rpm,

    /// <summary>Semantic Versioning 2.0.0; also Go, crates.io and whatever OSV calls SEMVER.</summary>
    SemVer,

    /// <summary>NuGet: up to four numbers, labels without regard to case.</summary>
    NuGet,

    /// <summary>Maven: the POM reference's version order.</summary>
    Maven,

    /// <summary>Python: PEP 440.</summary>
    PyPI,

    /// <summary>npm: Semantic Versioning with what node-semver forgives.</summary>
    Npm,

    /// <summary>Alpine's apk.</summary>
    Alpine,

    /// <summary>Windows and Microsoft product builds: dotted numbers.</summary>
    Windows,
}

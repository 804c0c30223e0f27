# One fragment for all boards, one file per board, both from the checkout, so driver and tree agree. They are included at
# the end of Linux's tree, after PetaLinux's own system-user.dtsi, whichever flow (XSCT or system device tree) makes it.
FILESEXTRAPATHS:prepend := "${ZYNQNETD_SOURCE}/firmware/dts:${ZYNQNETD_SOURCE}/boards/${ZYNQNETD_BOARD}:"

# The boot loader's trees of the system device tree flow have no interrupt controller to refer to.
ZYNQNETD_FOR_LINUX = "${@'linux' in (os.path.basename(d.getVar('CONFIG_DTFILE') or '') or 'linux')}"
EXTRA_DT_FILES:append = "${@' zynqnetd.dtsi' if d.getVar('ZYNQNETD_FOR_LINUX') == 'True' else ''}"
EXTRA_DT_INCLUDE_FILES:append = "${@' zynqnetd-board.dtsi' if d.getVar('ZYNQNETD_FOR_LINUX') == 'True' else ''}"

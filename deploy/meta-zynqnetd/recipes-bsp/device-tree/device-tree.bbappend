# One fragment for all boards, one file per board: both come from the checkout, so driver and tree agree.
FILESEXTRAPATHS:prepend := "${ZYNQNETD_SOURCE}/firmware/dts:${ZYNQNETD_SOURCE}/deploy/boards/${ZYNQNETD_BOARD}:"
ZYNQNETD_BOARD ?= "zybo"

SRC_URI:append = " file://zynqnetd.dtsi file://system-user.dtsi"
EXTRA_DT_INCLUDE_FILES:append = " zynqnetd.dtsi"

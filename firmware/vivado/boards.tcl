# Generated from boards/ and firmware/presets/ by `npm run generate`: do not edit.
# boardPart: the vendor's board file (Vivado's board store), which brings the PS7 preset: DDR, MIO, peripherals.
set boards [dict create \
  zybo {part xc7z010clg400-1 clockMHz 125 ports 1 top zynqnet_zybo boardPart digilentinc.com:zybo:part0:*} \
  zybo-z7-20 {part xc7z020clg400-1 clockMHz 150 ports 4 top zynqnet_zybo_z7_20 boardPart digilentinc.com:zybo-z7-20:part0:*} \
  zc706 {part xc7z045ffg900-2 clockMHz 200 ports 4 top zynqnet_zc706 boardPart xilinx.com:zc706:part0:*}]

# Where the driver and the device tree (firmware/dts) look for the registers.
set registerBase  0x43C00000
set registerBytes 64K
